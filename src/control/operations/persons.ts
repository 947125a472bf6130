import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import { exportPerson } from '../../persons/exportPerson.ts'
import { forget } from '../../persons/forget.ts'
import { Person } from '../../privacy/person.ts'
import type { Timers } from '../../timers.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'

const who = {
  address: z.string().max(320),
  /** Also `local+anything@`. */
  withTags: z.boolean().default(false),
}

/** Between two pieces. */
const pauseMs = 1

/** Every instance hears of a new key within this time, and must before it meets what was made with it. */
const newKeyMs = 10_000

export const personOperations = {
  'persons.export': operation({
    input: z.strictObject(who),
    writes: false,
    run: async (context, input, { signal, progress }) => {
      const person = personOf(input)
      const pseudonym = context.addressKey.known()?.of(person.key) ?? null
      const at = context.clock.now()
      const found = await exportPerson({ ...walkOf(context), person, pseudonym, signal, progress })
      return { address: person.key, at, sites: sitesNaming(context, person), ...found }
    },
  }),

  'persons.forget': operation({
    input: z.strictObject({ ...who, dryRun: z.boolean().default(true) }),
    writes: true,
    run: async (context, { dryRun, ...input }, { signal, progress }) => {
      const person = personOf(input)
      const isNew = context.addressKey.known() === null
      const pseudonyms = await context.addressKey.make()
      if (isNew && !dryRun) await pause(context.timers, newKeyMs)
      const report = await forget({
        ...walkOf(context),
        person,
        pseudonym: pseudonyms.of(person.key),
        pseudonyms,
        dryRun,
        signal,
        progress,
      })
      return { ...report, sites: sitesNaming(context, person) }
    },
  }),
}

function personOf({ address, withTags }: { readonly address: string; readonly withTags: boolean }): Person {
  const person = new Person(address, { withTags })
  if (!/^.+@.+$/s.test(person.key)) throw new GatewayError('COMMAND_USAGE', `"${address}" is no mail address`)
  return person
}

function walkOf({ persons, timers }: OperationContext): {
  readonly store: OperationContext['persons']
  readonly pause: () => Promise<void>
} {
  return { store: persons, pause: async () => pause(timers, pauseMs) }
}

async function pause(timers: Timers, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    timers.after(ms, resolve)
  })
}

/** Sites whose settings name the address: those are the administrator's own words. */
function sitesNaming({ settings }: OperationContext, person: Person): readonly string[] {
  return settings
    .sites()
    .filter((site) => person.isInJson(JSON.stringify(site)))
    .map(({ id }) => id)
}

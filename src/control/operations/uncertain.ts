import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { EffectOutcome, EffectState, LedgerEffect, RecordedEvent } from '../../ledger/ledger.ts'
import { personsWord } from '../../ledger/personsWord.ts'
import { eachEvent } from '../../ledger/setAside.ts'
import { siteIdSchema } from '../../settings/site.ts'
import type { OperationContext } from '../context.ts'
import { type Asker, operation } from '../operation.ts'
import { refuseUnknownSite } from './unknownWords.ts'

/** A bounce of which the gateway cannot know whether it stands in CiviCRM, with what a person needs to look there. */
export interface UncertainBounce {
  readonly effectId: number
  readonly site: string
  readonly recipient: string
  readonly bounceType: string
  readonly jobId: number
  readonly queueId: number
  /** Stands in brackets in the reason, if the bounce was recorded. */
  readonly marker: string
  readonly calledAt: number | null
  readonly answer: string | null
}

/** Written at once. */
const atOnce = 100

const choice = z
  .strictObject({
    ids: z.array(z.int().min(1)).max(10_000).default([]),
    /** All of this site. */
    site: siteIdSchema.optional(),
  })
  .refine(({ ids, site }) => ids.length > 0 !== (site !== undefined), 'name effects by their ids, or a site')

/** As much of an effect as is needed to settle it: there may be very many, as after a restored backup. */
interface Open {
  readonly effectId: number
  readonly callId: string
  readonly notificationIds: readonly number[]
}

export const uncertainOperations = {
  'uncertain.list': operation({
    input: z.strictObject({ site: siteIdSchema.optional(), limit: z.int().min(1).max(100_000).default(1000) }),
    writes: false,
    run: async (context, { site, limit }, { signal }) => {
      const found: UncertainBounce[] = []
      for await (const { event, effect } of effectsIn(context.ledger, 'uncertain', site)) {
        if (found.length >= limit || signal.aborted) break
        found.push(...shown(event, effect))
      }
      if (found.length === 0) refuseUnknownSite(context, site)
      return found
    },
  }),

  /** They stand in CiviCRM: done. */
  'uncertain.there': operation({
    input: choice,
    writes: true,
    run: async (context, which, asker) => {
      const open = await chosen(context, which, asker)
      const settled: number[] = []
      for await (const some of pieces(open, asker)) settled.push(...(await settle(context, some, 'done')))
      return { settled, unknown: missing(which.ids, open) }
    },
  }),

  /** They do not: they are recorded, as far as their messages are still kept. */
  'uncertain.absent': operation({
    input: choice,
    writes: true,
    run: async (context, which, asker) => {
      const uncertain = await chosen(context, which, asker)
      // Broken off between the two writes below, they are planned and wait for nothing: asked again, they go on.
      const isFound = which.site === undefined && missing(which.ids, uncertain).length === 0
      const begun = isFound ? [] : await chosen(context, which, asker, 'planned')
      const settled: number[] = []
      const messageGone: number[] = []
      for await (const some of pieces([...uncertain, ...begun], asker)) {
        const reports = await keptReports(context, some)
        messageGone.push(...withoutReport(some, reports))
        const kept = some.filter(({ effectId }) => reports.has(effectId))
        settled.push(...(await settle(context, kept, 'planned')))
        await comeThrough(context, reports)
      }
      return { settled, unknown: missing(which.ids, [...uncertain, ...begun]), messageGone }
    },
  }),

  /** The gateway looks itself, where the credential has the right by now. */
  'uncertain.look': operation({
    input: choice,
    writes: true,
    run: async (context, which, asker) => {
      const open = await chosen(context, which, asker)
      const looked: number[] = []
      const messageGone: number[] = []
      for await (const some of pieces(open, asker)) {
        const reports = await keptReports(context, some)
        messageGone.push(...withoutReport(some, reports))
        looked.push(...reports.keys())
        await comeThrough(context, reports)
      }
      return { looked, unknown: missing(which.ids, open), messageGone }
    },
  }),
}

async function* effectsIn(
  ledger: OperationContext['ledger'],
  state: EffectState,
  site: string | undefined,
): AsyncGenerator<{ readonly event: RecordedEvent; readonly effect: LedgerEffect }> {
  for await (const event of eachEvent(ledger, { site, effectState: state }))
    for (const effect of event.effects) if (effect.state === state) yield { event, effect }
}

/**
 * Gathered before any is settled, which takes them out of the list that is being read.
 * @param state `planned`: of those only which a person has given back, and which were never begun again
 */
async function chosen(
  { ledger, settings }: OperationContext,
  { ids, site }: z.output<typeof choice>,
  { signal }: Asker,
  state: 'uncertain' | 'planned' = 'uncertain',
): Promise<readonly Open[]> {
  if (site !== undefined && settings.site(site) === null)
    throw new GatewayError('SITE_UNKNOWN', `there is no site "${site}"`)
  const wanted = new Set(ids)
  const found: Open[] = []
  for await (const { event, effect } of effectsIn(ledger, state, site)) {
    if (signal.aborted) break
    if (site === undefined && !wanted.has(effect.id)) continue
    if (state === 'planned' && effect.answer !== personsWord.absent) continue
    found.push({ effectId: effect.id, callId: effect.callId ?? '', notificationIds: event.notificationIds })
  }
  return found
}

/** A piece at a time, so that others have their turn in between, until whoever asked has gone. */
async function* pieces(open: readonly Open[], { signal, progress }: Asker): AsyncGenerator<readonly Open[]> {
  for (let start = 0; start < open.length && !signal.aborted; start += atOnce) {
    if (start > 0) progress(`${start} of ${open.length}`)
    yield open.slice(start, start + atOnce)
    await setImmediate()
  }
}

/** In the name of the call whose answer was lost: whoever has learnt it meanwhile was first. @returns ids */
async function settle(
  { ledger, clock }: OperationContext,
  open: readonly Open[],
  state: 'done' | 'planned',
): Promise<readonly number[]> {
  const answer = state === 'done' ? personsWord.there : personsWord.absent
  const at = clock.now()
  return ledger.settle(open.map(({ effectId, callId }): EffectOutcome => ({ effectId, callId, state, at, answer })))
}

/** Of each effect a notification whose message is still there. */
async function keptReports({ inbox }: OperationContext, open: readonly Open[]): Promise<ReadonlyMap<number, number>> {
  const reports = new Map<number, number>()
  for (const { effectId, notificationIds } of open) {
    for (const id of notificationIds) {
      if ((await inbox.read(id)) === null) continue
      reports.set(effectId, id)
      break
    }
  }
  return reports
}

function withoutReport(open: readonly Open[], reports: ReadonlyMap<number, number>): readonly number[] {
  return open.flatMap(({ effectId }) => (reports.has(effectId) ? [] : [effectId]))
}

/** Their events come through again in the next batch. */
async function comeThrough({ inbox, clock }: OperationContext, reports: ReadonlyMap<number, number>): Promise<void> {
  await inbox.revive([...new Set(reports.values())], clock.now())
}

function missing(ids: readonly number[], open: readonly Open[]): readonly number[] {
  const found = new Set(open.map(({ effectId }) => effectId))
  return ids.filter((id) => !found.has(id))
}

function shown(event: RecordedEvent, stored: LedgerEffect): readonly UncertainBounce[] {
  const { effect, id: effectId, marker, calledAt, answer } = stored
  // Holds and opt-outs change nothing twice, so they are never uncertain.
  if (effect.effect !== 'bounce') return []
  const { jobId, queueId } = effect.reference
  const { site } = event.key
  const { recipient } = event.event
  return [{ effectId, site, recipient, bounceType: effect.bounceType, jobId, queueId, marker, calledAt, answer }]
}

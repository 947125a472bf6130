import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { EffectOutcome, EffectState, LedgerEffect, RecordedEvent } from '../../ledger/ledger.ts'
import { personsWord } from '../../ledger/personsWord.ts'
import { eachEvent } from '../../ledger/setAside.ts'
import { siteIdSchema } from '../../settings/site.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'
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

interface Open {
  readonly event: RecordedEvent
  readonly effect: LedgerEffect
}

export const uncertainOperations = {
  'uncertain.list': operation({
    input: z.strictObject({ site: siteIdSchema.optional() }),
    writes: false,
    run: async (context, { site }) => {
      const found: UncertainBounce[] = []
      for await (const open of openIn(context, 'uncertain', site)) found.push(...shown(open))
      if (found.length === 0) refuseUnknownSite(context, site)
      return found
    },
  }),

  /** They stand in CiviCRM: done. */
  'uncertain.there': operation({
    input: choice,
    writes: true,
    run: async (context, which) => {
      const open = await chosen(context, 'uncertain', which)
      const settled = await settle(context, open, 'done')
      return { settled, unknown: missing(which.ids, open) }
    },
  }),

  /** They do not: they are recorded, as far as their messages are still kept. */
  'uncertain.absent': operation({
    input: choice,
    writes: true,
    run: async (context, which) => {
      const uncertain = await chosen(context, 'uncertain', which)
      // Broken off between the two writes below, they are planned and wait for nothing: asked again, they go on.
      const begun = (await chosen(context, 'planned', which)).filter(
        ({ effect }) => effect.answer === personsWord.absent,
      )
      const all = [...uncertain, ...begun]
      const reports = await keptReports(context, all)
      const again = uncertain.filter(({ effect }) => reports.has(effect.id))
      const settled = await settle(context, again, 'planned')
      await context.inbox.revive([...new Set(reports.values())], context.clock.now())
      return { settled, ...leftOut(which.ids, all, reports) }
    },
  }),

  /** The gateway looks itself, where the credential has the right by now. */
  'uncertain.look': operation({
    input: choice,
    writes: true,
    run: async (context, which) => {
      const open = await chosen(context, 'uncertain', which)
      const reports = await keptReports(context, open)
      await context.inbox.revive([...new Set(reports.values())], context.clock.now())
      return { looked: [...reports.keys()], ...leftOut(which.ids, open, reports) }
    },
  }),
}

async function* openIn(
  { ledger }: Pick<OperationContext, 'ledger'>,
  state: EffectState,
  site: string | undefined,
): AsyncGenerator<Open> {
  for await (const event of eachEvent(ledger, { site, effectState: state }))
    for (const effect of event.effects) if (effect.state === state) yield { event, effect }
}

async function chosen(
  context: OperationContext,
  state: EffectState,
  { ids, site }: z.output<typeof choice>,
): Promise<readonly Open[]> {
  if (site !== undefined && context.settings.site(site) === null)
    throw new GatewayError('SITE_UNKNOWN', `there is no site "${site}"`)
  const wanted = new Set(ids)
  const found: Open[] = []
  // Gathered first: settling takes them out of the list that is being read.
  for await (const open of openIn(context, state, site))
    if (site !== undefined || wanted.has(open.effect.id)) found.push(open)
  return found
}

/** In the name of the call whose answer was lost: whoever has learnt it meanwhile was first. @returns ids */
async function settle(
  { ledger, clock }: OperationContext,
  open: readonly Open[],
  state: 'done' | 'planned',
): Promise<readonly number[]> {
  const answer = state === 'done' ? personsWord.there : personsWord.absent
  const at = clock.now()
  const settled: number[] = []
  for (let start = 0; start < open.length; start += atOnce) {
    const outcomes = open
      .slice(start, start + atOnce)
      .map(({ effect }): EffectOutcome => ({ effectId: effect.id, callId: effect.callId ?? '', state, at, answer }))
    settled.push(...(await ledger.settle(outcomes)))
  }
  return settled
}

/** Of each effect a notification whose message is still there, so that its event can come through again. */
async function keptReports({ inbox }: OperationContext, open: readonly Open[]): Promise<ReadonlyMap<number, number>> {
  const reports = new Map<number, number>()
  for (const { event, effect } of open) {
    for (const id of event.notificationIds) {
      if ((await inbox.read(id)) === null) continue
      reports.set(effect.id, id)
      break
    }
  }
  return reports
}

interface LeftOut {
  readonly unknown: readonly number[]
  readonly messageGone: readonly number[]
}

function leftOut(ids: readonly number[], open: readonly Open[], reports: ReadonlyMap<number, number>): LeftOut {
  const messageGone = open.flatMap(({ effect }) => (reports.has(effect.id) ? [] : [effect.id]))
  return { unknown: missing(ids, open), messageGone }
}

function missing(ids: readonly number[], open: readonly Open[]): readonly number[] {
  const found = new Set(open.map(({ effect }) => effect.id))
  return ids.filter((id) => !found.has(id))
}

function shown({ event, effect: stored }: Open): readonly UncertainBounce[] {
  const { effect, id: effectId, marker, calledAt, answer } = stored
  // Holds and opt-outs change nothing twice, so they are never uncertain.
  if (effect.effect !== 'bounce') return []
  const { jobId, queueId } = effect.reference
  const { site } = event.key
  const { recipient } = event.event
  return [{ effectId, site, recipient, bounceType: effect.bounceType, jobId, queueId, marker, calledAt, answer }]
}

import type { CrmError } from '../../civicrm/crm.ts'
import type { ClaimedNotification } from '../../inbox/inbox.ts'
import { readFacts, ReadFacts } from '../calls/facts.ts'
import { lookAfterUnknown } from '../calls/lookAfterUnknown.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import { type Moment, momentOf } from '../state/moment.ts'
import { carryOut } from './carryOut.ts'
import { decideBatch } from './decideBatch.ts'
import { guardBatch } from './guardBatch.ts'
import { holdBack, holdBackBehind } from './holdBack.ts'
import type { Ahead } from './lookAhead.ts'
import { isToBeDecided, planBatch } from './planBatch.ts'
import { type ReadBatch, readBatch } from './readBatch.ts'

/** What became of a batch, before its notifications get their ends. */
export interface BatchReport extends ReadBatch {
  readonly siteFault: CrmError | null
  /** Whether the site was asked anything at all. */
  readonly asked: boolean
}

/**
 * Takes a batch of claimed notifications through all steps, up to the ledger:
 * ```
 *  read ──> find ──> hold back ──> look after ──> read facts ──> decide ──> guard ──> plan ──> carry out
 *  pure     ledger   order of a    calls with     of the CRM,    pure       bursts    intent   calls, each begun
 *                    recipient     no answer      in bulk                   aside     stored   and settled in the ledger
 * ```
 * What cannot go on meets its trouble and takes no further part; everything else goes on.
 *
 * @param ahead the first steps, where they were taken while the batch before this one waited for the site
 */
export async function runBatch(
  context: BatchContext,
  claimed: readonly ClaimedNotification[],
  ahead: Ahead | null,
): Promise<BatchReport> {
  const { parts, session, siteId: site, state } = context
  const askedBefore = session?.calls.made ?? 0
  const rules = session?.rules ?? null
  const read = ahead?.read ?? (await readBatch(claimed, { site, rules, readEnvelope: parts.readEnvelope }))
  const { works } = read
  const entries = await parts.ledger.find(works.map(({ key }) => key))
  for (const [index, work] of works.entries()) work.entry = entries[index] ?? null

  holdBack(works, state.order, parts.clock.now())
  let siteFault = await lookAfterUnknown(context, untroubled(works))
  holdBackBehind(works)

  const undecided = untroubled(works).filter((work) => isToBeDecided(work))
  const isRecent = ahead !== null && isTrusted(context, ahead.askedAt)
  const facts = isRecent ? ahead.facts : new ReadFacts()
  if (session !== null)
    siteFault = await readFacts(undecided, facts, {
      session,
      state,
      most: parts.limits.mostInBatch,
      earlierFault: siteFault,
    })
  // From the last of them on: a site that takes long to say them must get its calls all the same.
  const readAt = momentOf(parts)
  const counts = await decideBatch(context, untroubled(undecided), facts)

  const planned = untroubled(works)
  await guardBatch(context, planned)
  await planBatch(context, planned)
  await tidyReceivers(context, planned)
  await parts.seam('planned')
  const stopping = (): boolean => context.stopping() || !isTrusted(context, readAt)
  siteFault = await carryOut({ ...context, stopping }, untroubled(planned), { counts, siteFault })
  await parts.seam('settled')
  return { ...read, siteFault, asked: (session?.calls.made ?? 0) > askedBefore }
}

/** Whether a call may still be begun by what was read then. What is not carried out comes again, and is read anew. */
function isTrusted({ parts }: BatchContext, readAt: Moment): boolean {
  const { now, elapsed } = momentOf(parts)
  // Of a machine that slept meanwhile the clock alone knows, and of a clock that was set the process's own time alone.
  return Math.max(elapsed - readAt.elapsed, now - readAt.now) <= parts.limits.factsTrustMs
}

/** By the newest that was counted. */
async function tidyReceivers({ parts }: BatchContext, works: readonly EventWork[]): Promise<void> {
  const newest = works.reduce((latest, { receiver }) => Math.max(latest, receiver?.at ?? 0), 0)
  if (newest > 0) await parts.receivers.tidy(newest)
}

function untroubled(works: readonly EventWork[]): readonly EventWork[] {
  return works.filter(({ trouble }) => trouble === null)
}

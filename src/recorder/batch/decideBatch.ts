import type { CrmFacts } from '../../civimail/crmFacts.ts'
import { decide } from '../../civimail/decide.ts'
import type { Decision } from '../../civimail/decision.ts'
import { needsFacts } from '../../civimail/needsFacts.ts'
import { messageOf } from '../../errors/gatewayError.ts'
import type { ReadFacts } from '../calls/facts.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import { AddressCounts, countedAddress } from './addressCounts.ts'

/** Of mail that no site claims. */
const unclaimed: Decision = {
  rule: 'no-site',
  standing: 'foreign',
  effects: [],
  explanation: 'No site of this gateway claims the mail, so it is kept and concerns nobody here.',
  policy: 'none',
}

/**
 * Decides events in their order, each knowing what was counted by those before it. An event that cannot be
 * decided meets its trouble.
 *
 * @returns the counts, for decisions that are made later in the batch
 */
export async function decideBatch(
  context: BatchContext,
  works: readonly EventWork[],
  facts: ReadFacts,
): Promise<AddressCounts> {
  const { session, siteId, parts } = context
  const countable = session === null ? [] : works.filter((work) => needsFacts(work, session.rules))
  const addresses = new Set(countable.map((work) => countedAddress(work)))
  const counts = new AddressCounts(
    addresses.size === 0 ? new Map() : await parts.ledger.addressBounces(siteId, [...addresses]),
  )
  for (const work of works) {
    if (session === null) work.decision = unclaimed
    else decideOne(context, work, { facts: facts.of(work), counts })
  }
  return counts
}

/** Decides one event, and counts it. */
export function decideOne(
  { session, parts }: BatchContext,
  work: EventWork,
  { facts, counts }: { readonly facts: Omit<CrmFacts, 'counted'>; readonly counts: AddressCounts },
): void {
  if (session === null) return
  try {
    const known = { ...facts, counted: counts.before(work) }
    const decision = decide(work.event, work.correlation, known, session.rules)
    if (needsFacts(work, session.rules)) work.facts = known
    counts.add(work, decision, parts.clock.now())
    work.decision = decision
  } catch (error: unknown) {
    // Pure: it would fail in the same way every time.
    work.meet({ kind: 'dead', code: 'RECORD_UNREADABLE', reason: messageOf(error) })
  }
}

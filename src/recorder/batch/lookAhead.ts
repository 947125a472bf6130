import type { ClaimedNotification } from '../../inbox/inbox.ts'
import { CrmError } from '../../civicrm/crm.ts'
import { packAhead } from '../../ledger/packing/packedAhead.ts'
import { needsFacts } from '../../civimail/needsFacts.ts'
import { ReadFacts } from '../calls/facts.ts'
import type { SiteSession } from '../site/siteSession.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import { type Moment, momentOf } from '../state/moment.ts'
import { type ReadBatch, readBatch } from './readBatch.ts'
import { inSlices } from './slices.ts'

/** What is done for a batch while the one before it waits for its site. */
export interface Ahead {
  readonly read: ReadBatch
  readonly facts: ReadFacts
  /** When the facts were asked for. */
  readonly askedAt: Moment
}

/**
 * Reads and interprets a batch and asks the CRM for the facts, while the batch before it is being recorded:
 * else the site's PHP idles while the gateway works, and the gateway while PHP does. For the same reason it packs what
 * the ledger will store. Facts are so some seconds
 * older; nothing that a recorded bounce changes is among those that a decision turns on.
 *
 * Only what is unknown to the ledger is asked for. Where the CRM fails, nothing is said: the batch itself
 * will ask again, and judge the answer.
 */
export async function lookAhead(
  { parts, siteId: site, state }: Pick<BatchContext, 'parts' | 'siteId' | 'state'>,
  session: SiteSession,
  claimed: readonly ClaimedNotification[],
): Promise<Ahead> {
  const { readEnvelope, ledger } = parts
  const { rules } = session
  const read = await readBatch(claimed, { site, rules, readEnvelope })
  const known = await ledger.find(read.works.map(({ key }) => key))
  const needy = read.works.filter((work, index) => known[index] === null && needsFacts(work, rules))
  const facts = new ReadFacts()
  const askedAt = momentOf(parts)
  const packing = packAll(read.works.filter((_, index) => known[index] === null))
  // More than the site bears at once: the batch itself will ask, piece by piece.
  const asking = needy.length > state.reads.size ? null : facts.read(needy, session)
  try {
    await asking
  } catch (error: unknown) {
    if (!(error instanceof CrmError)) throw error
  } finally {
    await packing
  }
  return { read, facts, askedAt }
}

/** Works packed in one go. */
const slice = 25

/** What the ledger will store of them, but for the decision. */
async function packAll(works: readonly EventWork[]): Promise<void> {
  await inSlices(works, slice, (some) => {
    for (const { event, correlation } of some) packAhead(event, correlation.reference)
  })
}

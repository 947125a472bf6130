import { addressesToRead } from '../../civimail/addressesToRead.ts'
import type { AddressRow, CrmFacts, QueueRow } from '../../civimail/crmFacts.ts'
import { needsFacts } from '../../civimail/needsFacts.ts'
import { CrmError } from '../../civicrm/crm.ts'
import { addressKey } from '../../ses/addresses.ts'
import { faster, slower } from '../site/pace.ts'
import type { SiteSession } from '../site/siteSession.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { LaneState } from '../state/laneState.ts'
import { slowerByParts } from './byParts.ts'
import { failAlone } from './call.ts'
import { isolate } from './isolate.ts'
import { failedTrouble, isDivisible, isTooMuch, meetSiteFault, siteTrouble } from './siteFault.ts'

/** What was read of the CRM for the events of a batch. */
export class ReadFacts {
  readonly #queueRows = new Map<number, QueueRow>()
  readonly #addressRows = new Map<string, AddressRow[]>()
  readonly #covered = new Set<string>()
  #queueRowsReadable = true

  /** Whether the facts of this event were read. */
  covers({ id }: EventWork): boolean {
    return this.#covered.has(id)
  }

  /** For deciding one event, but for what the gateway counted. */
  of({ correlation, event }: EventWork): Omit<CrmFacts, 'counted'> {
    const { reference } = correlation
    const keys = new Set(addressesToRead(event, correlation).map((address) => addressKey(address)))
    const addressRows = [...keys].flatMap((key) => this.#addressRows.get(key) ?? [])
    if (reference === null || !this.#queueRowsReadable) return { queueRow: 'unread', addressRows }
    return { queueRow: this.#queueRows.get(reference.queueId) ?? 'gone', addressRows }
  }

  /** Reads what these events need, in two requests at once. @throws CrmError */
  async read(works: readonly EventWork[], { calls }: SiteSession): Promise<void> {
    const addresses = new Set(works.flatMap(({ event, correlation }) => addressesToRead(event, correlation)))
    const queueIds = new Set(works.flatMap(({ correlation }) => correlation.reference?.queueId ?? []))
    const [addressRows, queueRows] = await Promise.all([
      calls.findAddresses([...addresses]),
      calls.findQueueRows([...queueIds]),
    ])
    for (const row of addressRows) {
      const key = addressKey(row.email)
      const rows = this.#addressRows.get(key)
      if (rows === undefined) this.#addressRows.set(key, [row])
      else if (!rows.some(({ emailId }) => emailId === row.emailId)) rows.push(row)
    }
    if (queueRows === 'unknown') this.#queueRowsReadable = false
    else for (const row of queueRows) this.#queueRows.set(row.queueId, row)
    for (const { id } of works) this.#covered.add(id)
  }
}

/**
 * Reads the facts of all events that need some and have none. Those whose facts could not be read meet their
 * trouble.
 *
 * @param earlierFault of the site in this batch: then nothing is asked of it any more
 * @returns the site's fault if there was one
 */
export async function readFacts(
  works: readonly EventWork[],
  facts: ReadFacts,
  {
    session,
    state,
    most,
    earlierFault,
  }: {
    readonly session: SiteSession
    readonly state: Pick<LaneState, 'reads'>
    /** Events in one request, if the site bears them. */
    readonly most: number
    readonly earlierFault: CrmError | null
  },
): Promise<CrmError | null> {
  const needy = works.filter((work) => !facts.covers(work) && needsFacts(work, session.rules))
  if (earlierFault !== null) {
    for (const work of needy) work.meet(siteTrouble(earlierFault))
    return earlierFault
  }
  for (let begin = 0; begin < needy.length;) {
    const together = needy.slice(begin, begin + state.reads.size)
    let whole: CrmError | null = null
    const { culprits, siteFault, left, unclear } = await isolate<EventWork, CrmError>(together, async (some) => {
      try {
        await facts.read(some, session)
        state.reads = faster(state.reads, some.length, most)
        return { passed: true }
      } catch (error: unknown) {
        if (!(error instanceof CrmError)) throw error
        if (some.length === together.length) {
          whole = error
          if (isTooMuch(error)) state.reads = slower(state.reads, some.length, error.message)
        }
        return { passed: false, fault: error, divisible: isDivisible(error) }
      }
    })
    state.reads = slowerByParts(state.reads, together.length, { whole, culprits, siteFault })
    for (const { item, fault } of culprits) failAlone(item, failedTrouble(fault.message))
    if (siteFault !== null) {
      meetSiteFault([...left, ...needy.slice(begin + together.length)], { siteFault, unclear })
      return siteFault
    }
    begin += together.length
  }
  return null
}

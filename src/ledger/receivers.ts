import type { ReceiverCount } from '../receivers/receiverCounts.ts'
import type { PlannedEvent } from './ledger.ts'

/** What events that are new to the ledger say of their receiving domains, by site. */
export function receiversBySite(created: readonly PlannedEvent[]): ReadonlyMap<string, readonly ReceiverCount[]> {
  const counts = new Map<string, ReceiverCount[]>()
  for (const { key, receiver } of created) {
    if (receiver === undefined) continue
    const ofSite = counts.get(key.site)
    if (ofSite === undefined) counts.set(key.site, [receiver])
    else ofSite.push(receiver)
  }
  return counts
}

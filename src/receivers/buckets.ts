import type { ReceiverTraffic } from '../civimail/guard/judge.ts'
import type { ReceiverCount, ReceiverOutcome } from './receiverCounts.ts'

/** How the counts are kept, on both engines. */

export const dayMs = 86_400_000

/** Spans of time that are counted together. */
export const bucketMs = 5 * 60_000

/** Older ones are counted together by the day, and no longer by status. */
export const fineMs = 3 * dayMs

/** Older ones are forgotten. */
export const keptMs = 32 * dayMs

/** Between two tidyings. */
const tidyEveryMs = 3_600_000

const longestStatus = 16
const deliveredText = 'delivered'
const asidePrefix = 'aside '

/** What the days of long ago keep of a refusal. */
export const anyStatus = 'any'

/** One that lies in the future, by a clock set back since, puts none off. Lanes may be a little apart. */
export function isTidyDue(newest: number, tidiedAt: number): boolean {
  return Math.abs(newest - tidiedAt) >= tidyEveryMs
}

export function bucketOf(at: number): number {
  return at - (at % bucketMs)
}

export function outcomeText(outcome: ReceiverOutcome): string {
  if (outcome.outcome === 'delivered') return deliveredText
  return `${outcome.aside ? asidePrefix : ''}${outcome.status.slice(0, longestStatus)}`
}

export interface BucketRow {
  readonly domain: string
  readonly inWindow: 0 | 1
  readonly outcome: string
  readonly count: number
}

/** One row for each domain, bucket and outcome, in an order that is the same in all instances. */
export function bucketRows(
  counts: readonly ReceiverCount[],
): readonly { readonly domain: string; readonly bucket: number; readonly outcome: string; readonly count: number }[] {
  const rows = new Map<string, { domain: string; bucket: number; outcome: string; count: number }>()
  for (const { domain, at, outcome, count } of counts) {
    const row = { domain, bucket: bucketOf(at), outcome: outcomeText(outcome), count }
    const key = JSON.stringify([row.domain, row.bucket, row.outcome])
    const before = rows.get(key)
    if (before === undefined) rows.set(key, row)
    else before.count += count
  }
  return [...rows].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
}

export function trafficOf(
  domains: readonly string[],
  rows: readonly BucketRow[],
): ReadonlyMap<string, ReceiverTraffic> {
  const traffic = new Map(domains.map((domain) => [domain, { window: newTally(), history: newTally() }] as const))
  for (const { domain, inWindow, outcome, count } of rows) {
    const tally = traffic.get(domain)?.[inWindow === 1 ? 'window' : 'history']
    if (tally === undefined) continue
    const aside = outcome.startsWith(asidePrefix)
    if (outcome === deliveredText) tally.delivered += count
    // What was set aside as a fault of the provider must not make the next hour of it look usual.
    else if (inWindow === 1 || !aside) {
      const status = aside ? outcome.slice(asidePrefix.length) : outcome
      tally.refused.set(status, (tally.refused.get(status) ?? 0) + count)
    }
  }
  return traffic
}

function newTally(): { delivered: number; readonly refused: Map<string, number> } {
  return { delivered: 0, refused: new Map() }
}

import type { ReceiverTraffic } from '../civimail/guard/judge.ts'

/**
 * **Receiver**: a receiving domain. How much of a site's mail each took and refused, in spans of time: small and
 * for good, however many events there are. The ledger counts each mail event in the commit that stores it, so
 * none is missed or counted twice, whatever crashes.
 */
export interface ReceiverCounts {
  /** Of these domains; every one asked for is in the answer. */
  read(site: string, domains: readonly string[], span: ReceiverSpan): Promise<ReadonlyMap<string, ReceiverTraffic>>

  /** Puts together and forgets what is old, once an hour. @param newest the newest time that was counted, epoch ms */
  tidy(newest: number): Promise<void>
}

/** What one mail event, or several alike, say of a receiving domain. */
export interface ReceiverCount {
  readonly domain: string
  readonly at: number
  readonly outcome: ReceiverOutcome
  readonly count: number
}

export type ReceiverOutcome =
  | { readonly outcome: 'delivered' }
  /** `aside`: set aside as part of a burst. It belongs to the window, and never to the history. */
  | { readonly outcome: 'refused'; readonly status: string; readonly aside: boolean }

/** The window goes from `windowSince` to `until`, the history from `historySince` to the window. Epoch ms. */
export interface ReceiverSpan {
  readonly historySince: number
  readonly windowSince: number
  readonly until: number
}

/** Where nothing is known, nothing is judged: for a recorder without a store of them. */
export const noReceiverCounts: ReceiverCounts = {
  tidy: async () => undefined,
  read: async (_site, domains) =>
    new Map(domains.map((domain) => [domain, { window: emptyTally(), history: emptyTally() }])),
}

function emptyTally(): ReceiverTraffic['window'] {
  return { delivered: 0, refused: new Map() }
}

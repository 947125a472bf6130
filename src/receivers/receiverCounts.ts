import type { ReceiverTraffic } from '../civimail/guard/judge.ts'

/**
 * **Receiver**: a receiving domain. How much of a site's mail each took and refused, in spans of time: small and
 * for good, however many events there are. Figures, no promise: a crash may lose those of one batch.
 */
export interface ReceiverCounts {
  /** Durable on return; tidies up now and then. */
  add(site: string, counts: readonly ReceiverCount[]): Promise<void>

  /** Of these domains; every one asked for is in the answer. */
  read(site: string, domains: readonly string[], span: ReceiverSpan): Promise<ReadonlyMap<string, ReceiverTraffic>>
}

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
  add: async () => undefined,
  read: async (_site, domains) =>
    new Map(domains.map((domain) => [domain, { window: emptyTally(), history: emptyTally() }])),
}

function emptyTally(): ReceiverTraffic['window'] {
  return { delivered: 0, refused: new Map() }
}

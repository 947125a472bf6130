import type { Part } from './lifecycle.ts'

/**
 * In the order in which nothing is lost: first what takes in, so that nothing new comes, beside what works, which
 * finishes its calls until the deadline; then what works by itself; then what they need; what keeps everything, last.
 */
export const stopOrder = [
  ['http', 'queues', 'recorder', 'confirmations'],
  ['control'],
  ['releaseWatcher'],
  ['remover'],
  ['retention'],
  ['acceptor'],
  ['disk'],
  ['home'],
  // Before the leases: only their leader tells.
  ['alarms'],
  ['instance'],
  ['watching'],
  ['sns'],
  ['store'],
] as const

/** Whatever is to be stopped has its place in {@link stopOrder}; the key of the pseudonyms is only made at the start. */
export type PartName = (typeof stopOrder)[number][number] | 'addressKey'
export type Parts = Readonly<Record<PartName, Part>>

/** First the recorder, on what an earlier run left, then what works by itself, then queues and, last, the webhook. */
export const startOrder = [
  'disk',
  'instance',
  'home',
  'alarms',
  'addressKey',
  'recorder',
  'confirmations',
  'remover',
  'retention',
  'releaseWatcher',
  'queues',
  'control',
  'http',
] as const satisfies readonly PartName[]

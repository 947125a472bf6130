import type { Confirmation } from './settings.ts'

/**
 * How many are kept in each state; of those that are due, all. Pending ones are unproven, from anyone: more than an
 * administrator would look through at once, and at most 16 KiB each. Settled ones are history, confirmed and failed apart
 * from each other: strangers' requests run out by the hundred, and must not push out what is known of our subscriptions.
 */
export const keptInState = [
  ['pending', 100],
  ['confirmed', 500],
  ['failed', 500],
] as const satisfies readonly (readonly [Confirmation['state'], number])[]

import type { Random } from '../clock.ts'

const second = 1000
const minute = 60 * second

/** AWS: a token is good for two days. Counted from the arrival, which follows within an hour. */
const tokenLife = 2 * 24 * 60 * minute

const firstDelay = 5 * second
const longestDelay = 15 * minute

/**
 * How long to wait after so many failed attempts: doubling from 5 s, at most 15 minutes, and between
 * half and all of that, so that a hundred confirmations that failed together do not come again together.
 *
 * @param attempts those that failed, 1 after the first
 * @returns milliseconds
 */
export function confirmationDelay(attempts: number, random: Random): number {
  const full = Math.min(longestDelay, firstDelay * 2 ** Math.min(Math.max(attempts - 1, 0), 16))
  return Math.round(full * (0.5 + random() / 2))
}

/** Whether an attempt is due. What is due later than any delay was stored before the clock was set back. */
export function isAttemptDue(nextAttemptAt: number, now: number): boolean {
  return now >= nextAttemptAt || nextAttemptAt > now + longestDelay
}

/** From this moment on (epoch milliseconds) the token confirms nothing any more. */
export function tokenExpiresAt(confirmation: { readonly receivedAt: number }): number {
  return confirmation.receivedAt + tokenLife
}

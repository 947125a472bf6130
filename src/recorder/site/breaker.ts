import type { Random } from '../../clock.ts'
import { type BreakerRules, defaultBreakerRules } from '../limits.ts'
import { backoff } from './backoff.ts'

/**
 * **Breaker**: stops calling a site that is at fault. One for each lane; a pure state machine.
 * ```
 *                  success: failures = 0
 *                      ┌────┐
 *                      │    ▼       the fault too many, one that needs a person, or a long pause
 *                    ┌─┴──────┐ ─────────────────────────────────────> ┌──────┐
 *      ─────────────>│ closed │                                        │ open │
 *                    └─┬──────┘ <──────────── success ───┐    ┌──────> └──┬───┘
 *                      │    ▲                         ┌──┴────┴──┐        │ time has come
 *                      └────┘                         │ halfOpen │ <──────┘
 *      fault, few so far: failures + 1, short pause   └──────────┘
 *                                      fault: longer pause; nothing learnt: probe again
 * ```
 * - `closed`: batches go to the site, after a fault from `resumeAt` on.
 * - `open`: nothing goes to the site before `resumeAt`.
 * - `halfOpen`: one small batch, the probe, is under way; nothing else may go.
 *
 * Waiting for a person's repair uses longer pauses, but it too ends by itself: whoever repairs the role
 * in CiviCRM does not tell the gateway.
 */
export type Breaker =
  | { readonly state: 'closed'; readonly failures: number; readonly pausedAt: number; readonly resumeAt: number }
  | { readonly state: 'open'; readonly failures: number; readonly pausedAt: number; readonly resumeAt: number }
  | { readonly state: 'halfOpen'; readonly failures: number }

export const closedBreaker: Breaker = { state: 'closed', failures: 0, pausedAt: 0, resumeAt: 0 }

/** What may go to the site now: a whole batch, the one probe, or nothing until `at` (epoch ms; null: until the probe ends). */
export type Admission =
  | { readonly admit: 'batch' | 'probe'; readonly breaker: Breaker }
  | { readonly admit: 'nothing'; readonly breaker: Breaker; readonly at: number | null }

/** Whether the site may not be called at this moment. */
export function isPausing(breaker: Breaker, now: number): boolean {
  // A clock that was set back must not stretch a pause of seconds to one of hours.
  return breaker.state !== 'halfOpen' && now < breaker.resumeAt && now >= breaker.pausedAt
}

/** Asks for leave to call the site. */
export function admit(breaker: Breaker, now: number): Admission {
  if (breaker.state === 'halfOpen') return { admit: 'nothing', breaker, at: null }
  const { state, failures, resumeAt } = breaker
  if (isPausing(breaker, now)) return { admit: 'nothing', breaker, at: resumeAt }
  return state === 'closed' ? { admit: 'batch', breaker } : { admit: 'probe', breaker: { state: 'halfOpen', failures } }
}

/** The site carried out or answered whatever was asked of it. An open breaker learns nothing from a late success. */
export function succeeded(breaker: Breaker): Breaker {
  return breaker.state === 'open' ? breaker : closedBreaker
}

/** The probe ended without the site having been asked anything: the next one may go at once. */
export function inconclusive(breaker: Breaker, now: number): Breaker {
  if (breaker.state !== 'halfOpen') return breaker
  return { state: 'open', failures: breaker.failures, pausedAt: now, resumeAt: now }
}

/** By how much of it a pause that a site asks for is drawn out at most. */
const askedSpread = 0.25

/** What a fault says about when to call again. */
export interface PausingFault {
  /** Whether waiting may help. */
  readonly passes: boolean
  /** How long the site asks to be left alone, milliseconds. */
  readonly retryAfterMs: number
}

/** The site was at fault. */
export function faulted(
  breaker: Breaker,
  { passes, retryAfterMs }: PausingFault,
  now: number,
  random: Random,
  rules: BreakerRules = defaultBreakerRules,
): Breaker {
  const failures = breaker.failures + 1
  // Many sites behind one server, which asks all of them for the same, must not come back at the same moment.
  const asked = Math.round(retryAfterMs * (1 + random() * askedSpread))
  // A long pause is to be seen as one, whoever asked for it.
  const stays = breaker.state === 'closed' && passes && failures <= rules.tolerated && retryAfterMs <= rules.open.most
  if (stays) {
    const resumeAt = now + asked + backoff(failures, rules.short, random)
    return { state: 'closed', failures, pausedAt: now, resumeAt }
  }
  // Counted from the opening on, whatever opened it, so that the pauses of both kinds grow alike.
  const opened = Math.max(failures, rules.tolerated + 1)
  const pause = backoff(opened - rules.tolerated, passes ? rules.open : rules.repair, random)
  return { state: 'open', failures: opened, pausedAt: now, resumeAt: now + asked + pause }
}

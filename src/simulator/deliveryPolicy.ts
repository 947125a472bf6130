import type { Random } from '../clock.ts'

/** `healthyRetryPolicy` of a subscription, in the words and units of SNS: seconds and counts. */
export interface RetryPolicy {
  readonly numRetries: number
  readonly minDelayTarget: number
  readonly maxDelayTarget: number
  /** Of the retries, how many come at once, first of all. */
  readonly numNoDelayRetries?: number
  /** How many follow after the shortest delay. */
  readonly numMinDelayRetries?: number
  /** How many come last, after the longest. Those between grow from the one to the other. */
  readonly numMaxDelayRetries?: number
  readonly backoffFunction?: 'linear' | 'arithmetic' | 'geometric' | 'exponential'
}

/** What a subscription has unless somebody set another: an outage of a minute loses events. */
export const defaultRetryPolicy: RetryPolicy = { numRetries: 3, minDelayTarget: 20, maxDelayTarget: 20 }

/** What these documents advise for the subscription: an hour, the most that SNS grants. */
export const patientRetryPolicy: RetryPolicy = {
  minDelayTarget: 5,
  maxDelayTarget: 60,
  numRetries: 60,
  numMinDelayRetries: 5,
  numMaxDelayRetries: 50,
  backoffFunction: 'exponential',
}

/** No retry: what is sent is sent once. */
export const noRetries: RetryPolicy = { numRetries: 0, minDelayTarget: 1, maxDelayTarget: 1 }

/** SNS gives up after this, whatever the policy says. Milliseconds. */
const longest = 3_600_000

/**
 * Delays before each retry, in milliseconds, in their four phases. AWS shows the growth of the third only
 * as a picture; the curves here have its shape. Retries that would begin more than an hour after the
 * first are left out.
 *
 * @param random for the jitter that SNS adds, here up to a tenth
 */
export function retryDelays(policy: RetryPolicy, random: Random): readonly number[] {
  const { numRetries, minDelayTarget, maxDelayTarget, numNoDelayRetries = 0 } = policy
  const { numMinDelayRetries = 0, numMaxDelayRetries = 0, backoffFunction = 'linear' } = policy
  const growing = Math.max(0, numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries)
  const seconds = [
    ...repeat(numNoDelayRetries, () => 0),
    ...repeat(numMinDelayRetries, () => minDelayTarget),
    ...repeat(growing, (index) => {
      const share = curves[backoffFunction](index + 1, growing)
      return minDelayTarget + (maxDelayTarget - minDelayTarget) * share
    }),
    ...repeat(numMaxDelayRetries, () => maxDelayTarget),
  ].slice(0, numRetries)
  // The default policy is given as an exact figure, without jitter.
  const jitter = policy === defaultRetryPolicy ? 0 : 0.1
  return withinAnHour(seconds.map((delay) => Math.round(delay * 1000 * (1 + jitter * random()))))
}

/** How far the `step`-th of `steps` delays has come from the shortest to the longest, 0 to 1. */
const curves: Readonly<Record<NonNullable<RetryPolicy['backoffFunction']>, (step: number, steps: number) => number>> = {
  linear: (step, steps) => step / steps,
  arithmetic: (step, steps) => (step * (step + 1)) / (steps * (steps + 1)),
  geometric: (step, steps) => (2 ** step - 1) / (2 ** steps - 1),
  exponential: (step, steps) => (Math.E ** step - 1) / (Math.E ** steps - 1),
}

function repeat(count: number, delay: (index: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, index) => delay(index))
}

function withinAnHour(delays: readonly number[]): readonly number[] {
  let total = 0
  return delays.filter((delay) => {
    total += delay
    return total <= longest
  })
}

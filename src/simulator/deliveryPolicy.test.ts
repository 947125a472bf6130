import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RetryPolicy, defaultRetryPolicy, noRetries, patientRetryPolicy, retryDelays } from './deliveryPolicy.ts'

function noJitter(): number {
  return 0
}

function seconds(policy: RetryPolicy): readonly number[] {
  return retryDelays(policy, noJitter).map((delay) => delay / 1000)
}

describe('retryDelays', () => {
  it('is three times twenty seconds by default, to the second', () => {
    expect(retryDelays(defaultRetryPolicy, () => 0.99)).toEqual([20_000, 20_000, 20_000])
    expect(retryDelays(noRetries, noJitter)).toEqual([])
  })

  it('has four phases', () => {
    const policy = {
      numRetries: 8,
      numNoDelayRetries: 2,
      minDelayTarget: 10,
      maxDelayTarget: 40,
      numMinDelayRetries: 1,
      numMaxDelayRetries: 2,
    }
    expect(seconds(policy)).toEqual([0, 0, 10, 20, 30, 40, 40, 40])
  })

  it.each([
    ['linear', [2, 4, 6, 8, 10]],
    ['arithmetic', [0.667, 2, 4, 6.667, 10]],
    ['geometric', [0.323, 0.968, 2.258, 4.839, 10]],
    ['exponential', [0.117, 0.433, 1.295, 3.636, 10]],
  ] as const)('grows in the way %s', (backoffFunction, expected) => {
    const policy = { numRetries: 5, minDelayTarget: 0, maxDelayTarget: 10, backoffFunction }
    expect(seconds(policy)).toEqual(expected)
  })

  it('reaches nearly an hour with the policy that is advised', () => {
    const delays = seconds(patientRetryPolicy)
    expect(delays).toHaveLength(60)
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(3000)
  })

  it('never waits longer than an hour in all, nor outside its bounds but for the jitter', () => {
    const policies = fc.record({
      numRetries: fc.nat(100),
      minDelayTarget: fc.integer({ min: 1, max: 60 }),
      numNoDelayRetries: fc.nat(10),
      numMinDelayRetries: fc.nat(30),
      numMaxDelayRetries: fc.nat(30),
      backoffFunction: fc.constantFrom('linear', 'arithmetic', 'geometric', 'exponential'),
    } as const)
    fc.assert(
      fc.property(policies, fc.nat(3540), fc.double({ min: 0, max: 0.999, noNaN: true }), (policy, more, jitter) => {
        const maxDelayTarget = policy.minDelayTarget + more
        const delays = retryDelays({ ...policy, maxDelayTarget }, () => jitter)
        expect(delays.length).toBeLessThanOrEqual(policy.numRetries)
        expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThanOrEqual(3_600_000)
        const waiting = delays.slice(policy.numNoDelayRetries)
        for (const delay of waiting) {
          expect(delay).toBeGreaterThanOrEqual(policy.minDelayTarget * 1000)
          expect(delay).toBeLessThanOrEqual(maxDelayTarget * 1100)
        }
      }),
    )
  })
})

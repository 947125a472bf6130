import { describe, expect, it } from 'vitest'
import { Throttle } from './throttle.ts'

describe('Throttle', () => {
  it('lets one in an interval through and counts the others', () => {
    const throttle = new Throttle(1000)
    expect([0, 1, 999, 1000, 1001, 2000].map((now) => throttle.admit('a', now))).toEqual([1, null, null, 3, null, 2])
  })

  it('keeps keys apart', () => {
    const throttle = new Throttle(1000)
    expect([throttle.admit('a', 0), throttle.admit('b', 0), throttle.admit('a', 1)]).toEqual([1, 1, null])
  })

  it('is not held up by a clock that is set back', () => {
    const throttle = new Throttle(1000)
    expect([throttle.admit('a', 1_000_000), throttle.admit('a', 5), throttle.admit('a', 6)]).toEqual([1, 1, null])
  })
})

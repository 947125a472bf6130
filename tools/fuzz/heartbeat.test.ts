import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { beat, newPulse, PulseWatch } from './heartbeat.ts'

describe('a watched pulse', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('tells how long the other thread stood still', () => {
    const pulse = newPulse()
    const stop = beat(pulse)
    const watch = new PulseWatch(pulse)
    vi.advanceTimersByTime(1000)
    stop()
    vi.advanceTimersByTime(7000)
    expect(watch.takeLongestStall()).toBeCloseTo(7000, -2)
    watch.end()
  })

  it('takes a suspension of the whole process for no standing still', () => {
    const pulse = newPulse()
    const stop = beat(pulse)
    const watch = new PulseWatch(pulse)
    vi.advanceTimersByTime(1000)
    // The clock jumps; timers of both threads fire once afterwards.
    vi.setSystemTime(Date.now() + 60_000)
    vi.spyOn(performance, 'now').mockReturnValueOnce(performance.now() + 60_000)
    vi.advanceTimersByTime(200)
    expect(watch.suspensions).toBe(1)
    expect(watch.takeLongestStall()).toBeLessThan(200)
    watch.end()
    stop()
  })
})

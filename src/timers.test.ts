import { describe, expect, it } from 'vitest'
import { FakeTime } from './testing/fakeTime.ts'
import { pause, systemTimers, untilAborted } from './timers.ts'

describe("the process's own time", () => {
  it('is told in whole milliseconds, as the times are with which it is stored', async () => {
    const seen: number[] = []
    for (let turn = 0; turn < 20; turn += 1) {
      seen.push(systemTimers.elapsed())
      await new Promise<void>((resolve) => systemTimers.after(1, resolve))
    }
    expect(seen.filter((ms) => !Number.isInteger(ms))).toEqual([])
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    expect(seen.at(-1)).toBeGreaterThan(seen[0] ?? Infinity)
  })
})

describe('a pause', () => {
  it('ends with its time, or with the signal, and leaves no timer behind', async () => {
    const time = new FakeTime()
    const stop = new AbortController()
    const ended: string[] = []
    const short = pause(time, 1000, stop.signal).then(() => ended.push('short'))
    const long = pause(time, 9000, stop.signal).then(() => ended.push('long'))
    await time.advance(1000)
    await short
    expect(ended).toEqual(['short'])
    stop.abort()
    await long
    expect(ended).toEqual(['short', 'long'])
    await pause(time, 1000, stop.signal)
    expect(time.timers).toEqual([])
  })
})

describe('waiting for a signal', () => {
  it('ends with it, or with one of the others, and as that one does', async () => {
    const stop = new AbortController()
    const never = new Promise<void>(() => undefined)
    await untilAborted(stop.signal, never, Promise.resolve())
    await expect(untilAborted(stop.signal, never, Promise.reject(new Error('e')))).rejects.toThrow('e')
    const waiting = untilAborted(stop.signal, never)
    stop.abort()
    await waiting
    await untilAborted(stop.signal, never)
  })
})

import { describe, expect, it } from 'vitest'
import { FakeTime } from '../testing/fakeTime.ts'
import { openLoop } from './openLoop.ts'
import { stoppablePause } from './pause.ts'

interface Started {
  readonly index: number
  readonly at: number
  readonly late: number
}

function looping(time: FakeTime, count: number, rate: number, onStart: (index: number) => void = () => undefined) {
  const started: Started[] = []
  const stop = new AbortController()
  const start = (index: number, late: number): void => {
    started.push({ index, at: time.now(), late })
    onStart(index)
  }
  const pause = stoppablePause(time, stop.signal)
  const done = openLoop({ count, rate, pause, monotonic: () => time.now(), start })
  return { started, stop, done }
}

describe('openLoop', () => {
  it('starts one item after the other at the rate, whatever becomes of them', async () => {
    const time = new FakeTime(1000)
    const { started, done } = looping(time, 4, 100)
    await time.advance(30)
    await done
    expect(started).toEqual([
      { index: 0, at: 1000, late: 0 },
      { index: 1, at: 1010, late: 0 },
      { index: 2, at: 1020, late: 0 },
      { index: 3, at: 1030, late: 0 },
    ])
  })

  it('makes up for a standstill and says how late each item was', async () => {
    const time = new FakeTime(0)
    const slow = {
      after: (_: number, callback: () => void) => time.after(35, callback),
      elapsed: () => time.elapsed(),
    }
    const started: Started[] = []
    const start = (index: number, late: number): void => void started.push({ index, at: time.now(), late })
    const done = openLoop({ count: 5, rate: 100, pause: stoppablePause(slow), monotonic: () => time.now(), start })
    await time.advance(70)
    await done
    expect(started).toEqual([
      { index: 0, at: 0, late: 0 },
      { index: 1, at: 35, late: 25 },
      { index: 2, at: 35, late: 15 },
      { index: 3, at: 35, late: 5 },
      { index: 4, at: 70, late: 30 },
    ])
  })

  it('starts everything at once where there is no rate', async () => {
    const time = new FakeTime(0)
    const { started, done } = looping(time, 100, Infinity)
    await done
    expect(started).toHaveLength(100)
    expect(time.timers).toEqual([])
  })

  it('starts nothing more once it is stopped', async () => {
    const time = new FakeTime(0)
    const { started, stop, done } = looping(time, 100, 100)
    await time.advance(25)
    stop.abort()
    await done
    expect(started).toHaveLength(3)
  })
})

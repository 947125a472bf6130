import { describe, expect, it } from 'vitest'
import { FakeTime } from '../testing/fakeTime.ts'
import { HomeWatch } from './homeWatch.ts'

const day = 86_400_000

describe('the watch of a home', () => {
  it('rests until the moment that a move asks for', async () => {
    const time = new FakeTime()
    const until = time.now() + 18_000
    const watch = start(time, () => until)
    await time.advance(1000)
    expect(watch.rests).toBe(true)
    await time.advance(17_000)
    expect(watch.rests).toBe(false)
    watch.stop()
  })

  it('does not rest for as long as a clock was set back that a move had gone by', async () => {
    const time = new FakeTime()
    let until = time.now() + 18_000
    const watch = start(time, () => until)
    await time.advance(1000)
    time.setClock(-day)
    await time.advance(60_000)
    expect(watch.rests).toBe(false)
    await time.advance(60_000)
    expect(watch.rests).toBe(false)
    until = time.now() + 18_000
    await time.advance(1000)
    expect(watch.rests).toBe(true)
    watch.stop()
  })
})

/** @param until of the departure that is noted */
function start(time: FakeTime, until: () => number): HomeWatch {
  const watch = new HomeWatch({
    notes: async () => new Map([['departure', JSON.stringify({ until: until() })]]),
    clock: time,
    timers: time,
    onFault: (error) => {
      throw error
    },
  })
  watch.start()
  return watch
}

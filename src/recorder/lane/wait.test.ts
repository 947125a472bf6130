import { describe, expect, it } from 'vitest'
import { FakeTime, turns } from '../../testing/fakeTime.ts'
import { Waiter } from './wait.ts'

async function ended(waiting: Promise<void>): Promise<boolean> {
  return Promise.race([waiting.then(() => true), turns().then(() => false)])
}

describe('a lane that waits', () => {
  it('wakes at its moment, not before', async () => {
    const time = new FakeTime()
    const waiting = new Waiter(time, time).until(time.now() + 5000)
    await time.advance(4999)
    expect(await ended(waiting)).toBe(false)
    await time.advance(1)
    expect(await ended(waiting)).toBe(true)
  })

  it('wakes when called, and leaves no timer behind', async () => {
    const time = new FakeTime()
    const waiter = new Waiter(time, time)
    const waiting = waiter.until(null)
    waiter.wake()
    expect(await ended(waiting)).toBe(true)
    expect(time.timers).toEqual([])
  })

  it('does not sleep over a call that came before the wait, once', async () => {
    const time = new FakeTime()
    const waiter = new Waiter(time, time)
    waiter.wake()
    expect(await ended(waiter.until(null))).toBe(true)
    expect(await ended(waiter.until(null))).toBe(false)
  })

  it('looks again after some minutes whatever happens, and never at once', async () => {
    const time = new FakeTime()
    const late = new Waiter(time, time).until(time.now() + 86_400_000)
    await time.advance(600_000)
    expect(await ended(late)).toBe(true)
    const early = new Waiter(time, time).until(time.now() - 1)
    expect(await ended(early)).toBe(false)
    await time.advance(20)
    expect(await ended(early)).toBe(true)
  })
})

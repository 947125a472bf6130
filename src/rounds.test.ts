import { describe, expect, it } from 'vitest'
import { Rounds, type RoundsParts } from './rounds.ts'
import { FakeTime, turns } from './testing/fakeTime.ts'

function setUp(more: Partial<RoundsParts> = {}) {
  const time = new FakeTime()
  const begun: number[] = []
  const faults: unknown[] = []
  const rounds = new Rounds({
    timers: time,
    round: async () => {
      begun.push(time.elapsed())
      return 1000
    },
    onFault: (error) => faults.push(error),
    afterFault: () => 30,
    ...more,
  })
  return { time, rounds, begun, faults }
}

/** A round that lasts until it is told to end. */
function held() {
  const ends: (() => void)[] = []
  const round = async (): Promise<number> => {
    await new Promise<void>((resolve) => ends.push(resolve))
    return 1000
  }
  return { round, ends }
}

describe('rounds', () => {
  it('come when they are woken, and when their time has come', async () => {
    const { time, rounds, begun } = setUp()
    rounds.wake()
    expect(rounds.start()).toBe(true)
    expect(rounds.start()).toBe(false)
    await time.advance(5000)
    expect(begun).toEqual([])
    rounds.wake()
    await time.advance(1500)
    rounds.wake()
    await time.advance(1000)
    expect(begun).toEqual([5000, 6000, 6500, 7500])
  })

  it('are one at a time; all who wake it meanwhile have one more between them', async () => {
    const { round, ends } = held()
    const { time, rounds } = setUp({ round })
    rounds.start()
    for (const _ of [1, 2, 3]) rounds.wake()
    await turns()
    expect(ends).toHaveLength(1)
    for (const _ of [1, 2, 3]) rounds.wake()
    ends[0]!()
    await turns()
    expect(ends).toHaveLength(2)
    ends[1]!()
    await rounds.rest()
    expect(time.timers).toHaveLength(1)
  })

  it('are one at a time also where one wakes for another as it begins', async () => {
    let [inWork, most, begun] = [0, 0, 0]
    const { rounds } = setUp({
      round: async () => {
        begun += 1
        inWork += 1
        most = Math.max(most, inWork)
        if (begun === 1) rounds.wake()
        await turns()
        inWork -= 1
        return 1000
      },
    })
    rounds.start()
    rounds.wake()
    await rounds.rest()
    expect([begun, most]).toEqual([2, 1])
  })

  it('do not come while they may not', async () => {
    let mayGo = false
    const { rounds, begun } = setUp({ mayGo: () => mayGo })
    rounds.start()
    rounds.wake()
    expect(begun).toEqual([])
    mayGo = true
    rounds.wake()
    expect(begun).toEqual([0])
  })

  it('that fail are told of, and come again after their own pause', async () => {
    let failures = 0
    const error = new Error('away')
    const { time, rounds, faults } = setUp({
      round: async () => {
        if (failures === 2) return 1000
        failures += 1
        throw error
      },
    })
    rounds.start()
    rounds.wake()
    await time.advance(60)
    expect([failures, faults]).toEqual([2, [error, error]])
    expect(time.timers).toEqual([time.now() + 1000])
  })

  it('end with a stop, which waits for the one under way and leaves no timer behind', async () => {
    const { round, ends } = held()
    const { time, rounds } = setUp({ round })
    rounds.start()
    rounds.wake()
    await turns()
    rounds.wake()
    let isStopped = false
    const stopped = rounds.stop().then(() => (isStopped = true))
    await turns()
    expect(isStopped).toBe(false)
    ends[0]!()
    await stopped
    rounds.wake()
    await time.advance(10_000)
    expect([ends.length, time.timers]).toEqual([1, []])
  })
})

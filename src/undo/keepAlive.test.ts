import { beforeEach, describe, expect, it } from 'vitest'
import { FakeTime, turns } from '../testing/fakeTime.ts'
import { keepAlive } from './keepAlive.ts'
import { undoLeaseMs } from './undoStore.ts'

describe('the word that an undo is at work', () => {
  let time: FakeTime
  /** Of the words under way, the moments that they tell of and what lets them arrive. */
  let underWay: { readonly at: number; readonly arrive: (isLost?: 'lost') => void }[]
  let end: () => Promise<void>

  beforeEach(() => {
    time = new FakeTime(0)
    underWay = []
    const keep = async (_undoId: number, at: number): Promise<boolean> => {
      const { promise, resolve, reject } = Promise.withResolvers<boolean>()
      underWay.push({
        at,
        arrive: (isLost) => {
          if (isLost === undefined) resolve(true)
          else reject(new Error('the database is away'))
        },
      })
      return promise
    }
    end = keepAlive(1, { undos: { keep }, clock: time, timers: time })
  })

  it('is said a few times within the lease, also after one that was lost', async () => {
    const said: number[] = []
    for (let word = 0; word < 4; word += 1) {
      await time.advance(undoLeaseMs / 4)
      const { at, arrive } = underWay.pop()!
      said.push(at)
      arrive(word === 1 ? 'lost' : undefined)
      await turns()
    }
    expect(said).toEqual([1, 2, 3, 4].map((quarter) => (quarter * undoLeaseMs) / 4))
  })

  it('does not begin before the last one has arrived, so that none takes a later one back', async () => {
    await time.advance(undoLeaseMs)
    expect(underWay.map(({ at }) => at)).toEqual([undoLeaseMs / 4])
    underWay[0]!.arrive()
    await time.advance(undoLeaseMs / 4)
    expect(underWay.map(({ at }) => at)).toEqual([undoLeaseMs / 4, (undoLeaseMs * 5) / 4])
  })

  it('is the last one when it ends, and has arrived then', async () => {
    await time.advance(undoLeaseMs / 4)
    const ending = end().then(() => 'ended')
    await turns()
    expect(await Promise.race([ending, Promise.resolve('waits')])).toBe('waits')
    underWay[0]!.arrive()
    expect(await ending).toBe('ended')
    expect(time.timers).toEqual([])
  })

  it('ends at once where none is under way', async () => {
    await end()
    await time.advance(undoLeaseMs)
    expect(underWay).toEqual([])
  })
})

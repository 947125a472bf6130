import { describe, expect, it } from 'vitest'
import { alternate, median, medianRatio } from './alternate.ts'

describe('alternating rounds', () => {
  it('give each contender as many figures as rounds, without the first', async () => {
    const order: string[] = []
    const contender = (name: string) => async (): Promise<number> => order.push(name)
    const figures = await alternate({ ours: contender('ours'), theirs: contender('theirs') }, 2)
    expect([figures('ours'), figures('theirs')]).toEqual([
      [4, 5],
      [3, 6],
    ])
    expect(order).toEqual(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs'])
  })

  it('compare within each round: a round in which all was slow changes nothing', () => {
    expect(medianRatio([90, 45, 95], [100, 50, 100])).toBeCloseTo(0.9)
  })

  it('have a median of odd and even numbers of figures', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
  })
})

import { describe, expect, it } from 'vitest'
import { inSlices } from './slices.ts'

describe('work in slices', () => {
  it('takes all items in order, so many at a time', async () => {
    const slices: (readonly number[])[] = []
    await inSlices([1, 2, 3, 4, 5], 2, (slice) => void slices.push(slice))
    await inSlices([], 2, (slice) => void slices.push(slice))
    expect(slices).toEqual([[1, 2], [3, 4], [5]])
  })

  it('lets others have their turn in between', async () => {
    const order: string[] = []
    setImmediate(() => order.push('another'))
    await inSlices([1, 2], 1, (slice) => void order.push(`slice ${slice[0]}`))
    expect(order).toEqual(['slice 1', 'another', 'slice 2'])
  })
})

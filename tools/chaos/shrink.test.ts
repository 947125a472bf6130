import { describe, expect, it } from 'vitest'
import { allSeams, type Order } from './order.ts'
import { shrink, smallerThan } from './shrink.ts'

const order: Order = {
  target: { engine: 'postgres', instances: 3, crm: 'builtin' },
  events: 2000,
  kills: 50,
  faults: 10,
  strikes: ['postgres killed'],
  suspensions: 5,
  trouble: 0.05,
  seams: allSeams,
  lostAnswers: 0.02,
  plant: null,
  seed: 'one',
}

describe('shrinking a failing run', () => {
  it('ends with the smallest order that still fails', async () => {
    // Fails as long as two gateways share the work and at least 12 kills fall.
    const smallest = await shrink(
      order,
      async ({ target, kills }) => target.instances >= 2 && kills >= 12,
      Number.POSITIVE_INFINITY,
    )
    expect(smallest).toMatchObject({ faults: 0, suspensions: 0, trouble: 0, lostAnswers: 0, kills: 13, events: 20 })
    expect(smallest.target.instances).toBe(3)
  })

  it('keeps the order where nothing smaller fails', async () => {
    expect(await shrink(order, async () => false, 100)).toEqual(order)
  })

  it('makes no more runs than it may', async () => {
    let runs = 0
    const always = async (): Promise<boolean> => {
      runs += 1
      return true
    }
    await shrink(order, always, 4)
    expect(runs).toBe(4)
  })

  it('offers only what is smaller', () => {
    const least: Order = { ...order, events: 20, kills: 1, faults: 0, suspensions: 0, trouble: 0, lostAnswers: 0 }
    expect(smallerThan({ ...least, target: { ...least.target, instances: 1 } })).toEqual([])
  })
})

import { expect, it } from 'vitest'
import { type Part, startParts, stopParts } from './lifecycle.ts'
import { startOrder, stopOrder } from './order.ts'

const names = ['intake', 'work', 'ground'] as const
type Name = (typeof names)[number]

/** Parts that write down what is done with them, each in two steps. */
function partsInto(diary: string[]): Readonly<Record<Name, Part>> {
  const part = (name: Name): Part => ({
    start: async () => {
      diary.push(`${name} starts`)
      await Promise.resolve()
      diary.push(`${name} runs`)
    },
    stop: async (deadlineMs) => {
      diary.push(`${name} stops in ${deadlineMs}`)
      await Promise.resolve()
      diary.push(`${name} is over`)
    },
  })
  return { intake: part('intake'), work: part('work'), ground: part('ground') }
}

it('parts start one after the other, and no further than the first that fails', async () => {
  const diary: string[] = []
  const parts = { ...partsInto(diary), work: { start: () => Promise.reject(new Error('no port')) } }
  await expect(startParts(parts, ['ground', 'work', 'intake'])).rejects.toThrow('no port')
  expect(diary).toEqual(['ground starts', 'ground runs'])
})

it('stop stage by stage with one deadline for all, those of one stage at the same time', async () => {
  const diary: string[] = []
  let now = 1000
  const parts = partsInto(diary)
  const slow: Part = {
    stop: async (deadlineMs) => {
      await parts.work.stop?.(deadlineMs)
      now += 30
    },
  }
  const stages = [['intake', 'work'], ['ground']] as const
  await stopParts({ ...parts, work: slow }, stages, { deadlineMs: 50, elapsed: () => now })
  expect(diary).toEqual([
    'intake stops in 50',
    'work stops in 50',
    'intake is over',
    'work is over',
    'ground stops in 20',
    'ground is over',
  ])
})

it('of the gateway: the webhook comes last and goes first, the store is the last to go', () => {
  expect(startOrder.at(-1)).toBe('http')
  expect(startOrder.indexOf('recorder')).toBeLessThan(startOrder.indexOf('queues'))
  expect(stopOrder[0]).toEqual(['http', 'queues', 'recorder', 'confirmations'])
  expect(stopOrder.at(-1)).toEqual(['store'])
})

it('of the gateway: each starts once and stops once', () => {
  const stopped = stopOrder.flat()
  expect(new Set(startOrder).size).toBe(startOrder.length)
  expect(new Set(stopped).size).toBe(stopped.length)
  const unstopped = startOrder.filter((name) => name !== 'addressKey' && !stopped.includes(name))
  expect(unstopped).toEqual([])
})

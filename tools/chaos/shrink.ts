import type { Order } from './order.ts'

/** Fewer events than this show nothing; kills of each seam want some work to meet. */
const fewestEvents = 20

/**
 * Smaller orders than this one, the boldest first: what still fails in one of them is easier to understand.
 * Pure.
 */
export function smallerThan(order: Order): readonly Order[] {
  const { events, kills, faults, suspensions, lostAnswers, target } = order
  const candidates: readonly Order[] = [
    { ...order, faults: 0 },
    { ...order, lostAnswers: 0 },
    { ...order, trouble: 0 },
    { ...order, suspensions: 0 },
    { ...order, target: { ...target, instances: 1 } },
    { ...order, events: Math.max(fewestEvents, Math.ceil(events / 4)), kills: Math.ceil(kills / 4) },
    { ...order, kills: Math.ceil(kills / 2), faults: Math.floor(faults / 2), suspensions: Math.floor(suspensions / 2) },
    { ...order, events: Math.max(fewestEvents, Math.ceil(events / 2)) },
  ]
  const same = JSON.stringify({ ...order, lostAnswers, target })
  return candidates.filter((candidate) => JSON.stringify(candidate) !== same)
}

/**
 * Goes from a failing order to smaller ones, as long as they fail too. Where a kill falls depends on the
 * machine's moment, so an order that once did not fail proves nothing; it is only not gone on with.
 *
 * @param fails runs an order
 * @param most runs in all
 * @returns the smallest that failed
 */
export async function shrink(order: Order, fails: (order: Order) => Promise<boolean>, most: number): Promise<Order> {
  let smallest = order
  let runs = 0
  for (let found = true; found;) {
    found = false
    for (const candidate of smallerThan(smallest)) {
      if (runs >= most) return smallest
      runs += 1
      if (!(await fails(candidate))) continue
      smallest = candidate
      found = true
      break
    }
  }
  return smallest
}

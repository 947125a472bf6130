import { describe, expect, it } from 'vitest'
import { RecipientOrder } from './order.ts'

describe("the order of a recipient's events", () => {
  it('is kept until the earlier notification comes again', () => {
    const order = new RecipientOrder()
    order.hold('a@example.org', 1000)
    expect(order.heldUntil('a@example.org', 999)).toBe(1000)
    expect(order.heldUntil('b@example.org', 999)).toBeNull()
    expect(order.heldUntil('a@example.org', 1000)).toBeNull()
    expect(order.heldUntil('a@example.org', 0)).toBeNull()
  })

  it('goes by the latest of several that wait', () => {
    const order = new RecipientOrder()
    order.hold('a@example.org', 1000)
    order.hold('a@example.org', 500)
    expect(order.heldUntil('a@example.org', 700)).toBe(1000)
  })

  it('forgets what is over', () => {
    const order = new RecipientOrder()
    order.hold('a@example.org', 1000)
    order.hold('b@example.org', 2000)
    order.sweep(1500)
    expect([order.heldUntil('a@example.org', 0), order.heldUntil('b@example.org', 0)]).toEqual([null, 2000])
  })
})

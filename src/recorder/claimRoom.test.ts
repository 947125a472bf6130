import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClaimRoom } from './claimRoom.ts'

function messages(count: number, kib: number): readonly { readonly raw: Uint8Array }[] {
  return Array.from({ length: count }, () => ({ raw: new Uint8Array(kib * 1024) }))
}

const lending = (lanes: number): { lanes: number; borrows: true } => ({ lanes, borrows: true })

describe('the room for claims', () => {
  it('gives a few lanes all that they want', () => {
    const room = new ClaimRoom(40_960)
    expect(room.ask('a', 500, lending(2))).toBe(500)
  })

  it('keeps a share for each lane, however much the others hold', () => {
    const room = new ClaimRoom(800)
    for (let lane = 0; lane < 50; lane += 1) {
      const granted = room.ask(`greedy-${lane}`, 500, lending(100))
      room.take(`greedy-${lane}`, messages(granted, 4))
    }
    expect(room.ask('last', 500, lending(100))).toBeGreaterThanOrEqual(1)
    expect(room.held).toBeLessThanOrEqual(800)
  })

  it('lends nothing to a lane in trouble', () => {
    const room = new ClaimRoom(800)
    expect(room.ask('a', 500, { lanes: 10, borrows: false })).toBe(10)
    expect(room.ask('a', 500, { lanes: 10, borrows: true })).toBeGreaterThan(10)
  })

  it('learns from the last claim how large the next messages are', () => {
    const room = new ClaimRoom(800)
    const giveBack = room.take('a', messages(2, 40))
    giveBack()
    expect(room.ask('a', 500, { lanes: 1, borrows: false })).toBe(10)
  })

  it('refuses a second claim where the first took all, and allows it once that was given back', () => {
    const room = new ClaimRoom(80)
    const giveBack = room.take('a', messages(20, 4))
    expect(room.ask('a', 5, lending(1))).toBe(0)
    giveBack()
    giveBack()
    expect([room.ask('a', 5, lending(1)), room.held]).toEqual([5, 0])
  })

  it('is never overdrawn by messages of the usual size, and leaves no lane without anything', () => {
    const step = fc.record({ lane: fc.nat(19), wanted: fc.integer({ min: 1, max: 500 }), borrows: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const room = new ClaimRoom(400)
        const held = new Map<string, () => void>()
        for (const { lane, wanted, borrows } of steps) {
          const name = `lane-${lane}`
          held.get(name)?.()
          const granted = room.ask(name, wanted, { lanes: 20, borrows })
          expect(granted).toBeGreaterThanOrEqual(1)
          expect(granted).toBeLessThanOrEqual(wanted)
          held.set(name, room.take(name, messages(granted, 4)))
          expect(room.held).toBeLessThanOrEqual(400)
        }
      }),
    )
  })
})

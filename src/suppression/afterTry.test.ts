import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterTry } from './afterTry.ts'

const now = Date.UTC(2026, 10, 24, 12)
const minute = 60_000
const one = { site: 'a', address: 'reader@example.org', askedAt: now, tries: 0 }
const fault = { removal: 'failed', error: 'TimeoutError' } as const

describe('an address that was tried', () => {
  it.each(['removed', 'absent'] as const)('has come to its end where it is %s', (removal) => {
    const outcome = { site: 'a', address: one.address, askedAt: now, state: removal, at: now, error: null }
    expect(afterTry(one, { removal }, now)).toEqual(outcome)
  })

  it('is tried again after a fault, each time later, once an hour at least', () => {
    const pauses = [0, 1, 2, 5, 6, 40].map((tries) => afterTry({ ...one, tries }, fault, now).at - now)
    expect(pauses).toEqual([1, 2, 4, 32, 60, 60].map((minutes) => minutes * minute))
  })

  it('waits an hour for a credential', () => {
    expect(afterTry(one, { removal: 'unauthorised', error: 'AccessDeniedException' }, now)).toMatchObject({
      state: 'wanted',
      at: now + 60 * minute,
      error: 'AccessDeniedException',
    })
  })

  it('is given up at once where its site is gone', () => {
    const outcome = { state: 'failed', at: now, error: 'no site' }
    expect(afterTry(one, { removal: 'gone', error: 'no site' }, now)).toMatchObject(outcome)
  })

  it('is given up after two weeks in vain and not before, whatever the fault', () => {
    const faults = fc.constantFrom(
      fault,
      { removal: 'throttled' } as const,
      { removal: 'unauthorised', error: 'AccessDeniedException' } as const,
    )
    fc.assert(
      fc.property(faults, fc.nat({ max: 30 * 86_400_000 }), fc.nat({ max: 1000 }), (removal, age, tries) => {
        const { state, at, error } = afterTry({ ...one, askedAt: now - age, tries }, removal, now)
        const isOver = age >= 14 * 86_400_000
        expect(state).toBe(isOver ? 'failed' : 'wanted')
        expect(at > now && at <= now + 60 * minute).toBe(!isOver)
        expect(error).not.toBeNull()
      }),
    )
  })
})

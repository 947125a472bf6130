import { describe, expect, it } from 'vitest'
import { balance, balanceOfCopy, type Stored, type StoredEvent, type Taken } from './books.ts'

const taken = (name: string, at = 10): Taken => ({ messageId: name, mailId: `mail of ${name}`, queueId: 7, at })
const done: StoredEvent = { effects: 1, done: 1, calling: 0 }
const calling: StoredEvent = { effects: 1, done: 0, calling: 1 }

function stored(more: {
  readonly states?: Readonly<Record<string, readonly string[]>>
  readonly events?: Readonly<Record<string, readonly StoredEvent[]>>
  readonly bounces?: number
}): Stored {
  const { states = { a: ['recorded'], b: ['recorded'] }, events = { a: [done], b: [done] }, bounces = 2 } = more
  return {
    notifications: new Map(Object.entries(states)),
    events: new Map(Object.entries(events).map(([name, some]) => [`mail of ${name}`, some])),
    bounces: new Map([[7, bounces]]),
  }
}

describe('the books', () => {
  const both = [taken('a'), taken('b')]

  it('balance where each notification is recorded once, with one event and one effect', () => {
    expect(balance(both, stored({}))).toEqual({ lost: 0, doubled: 0, examples: [] })
  })

  it('miss what is not there, at whatever step it was lost', () => {
    expect(balance(both, stored({ states: { a: ['recorded'] } }))).toMatchObject({ lost: 1, doubled: 0 })
    expect(balance(both, stored({ states: { a: ['recorded'], b: ['waiting'] } }))).toMatchObject({ lost: 1 })
    expect(balance(both, stored({ events: { a: [done] } }))).toMatchObject({ lost: 2 })
    expect(balance(both, stored({ events: { a: [done], b: [calling] } }))).toMatchObject({ lost: 1 })
    expect(balance(both, stored({ bounces: 1 }))).toMatchObject({
      lost: 1,
      examples: ['bounces of queue row 7: 1, must be 2'],
    })
  })

  it('notice what is there twice', () => {
    expect(balance(both, stored({ states: { a: ['recorded', 'recorded'], b: ['recorded'] } })).doubled).toBeGreaterThan(
      0,
    )
    expect(balance(both, stored({ events: { a: [done, done], b: [done] } })).doubled).toBeGreaterThan(0)
    expect(balance(both, stored({ events: { a: [{ ...done, effects: 2 }], b: [done] } }))).toMatchObject({ doubled: 1 })
    expect(balance(both, stored({ bounces: 3 }))).toMatchObject({ lost: 0, doubled: 1 })
  })
})

describe('the books of a copy', () => {
  const before = 20
  const later = [taken('a', 10), taken('b', 30)]

  it('may lack what was answered after it was begun, and have it unfinished', () => {
    expect(balanceOfCopy(later, stored({}), before)).toMatchObject({ lost: 0, doubled: 0 })
    const without = stored({ states: { a: ['recorded'] }, events: { a: [done] }, bounces: 1 })
    expect(balanceOfCopy(later, without, before)).toMatchObject({ lost: 0, doubled: 0 })
    const unfinished = { states: { a: ['recorded'], b: ['waiting'] }, events: { a: [done], b: [calling] } }
    for (const bounces of [1, 2])
      expect(balanceOfCopy(later, stored({ ...unfinished, bounces }), before)).toMatchObject({ lost: 0, doubled: 0 })
  })

  it('must have what was answered before, and nothing half', () => {
    expect(balanceOfCopy(later, stored({ states: { b: ['recorded'] } }), before).lost).toBe(1)
    expect(balanceOfCopy(later, stored({ events: { a: [done] } }), before).lost).toBe(1)
    expect(balanceOfCopy(later, stored({ states: { a: ['recorded'] }, bounces: 2 }), before).doubled).toBe(1)
    expect(balanceOfCopy(later, stored({ bounces: 1 }), before).lost).toBe(1)
    expect(balanceOfCopy(later, stored({ bounces: 3 }), before).doubled).toBe(1)
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { bounceEffect, decision, holdEffect, occurredAt, planned } from '../../testing/plannedEvents.ts'
import { type PostgresTestDatabase, reusedPostgres } from '../../testing/postgresDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import type { Ledger } from '../ledger.ts'
import { postgresLedger } from './ledger.ts'

const emptyDatabase = reusedPostgres()
const at = occurredAt

let test: PostgresTestDatabase
let database: PostgresDatabase
let one: Ledger
let two: Ledger
beforeEach(async () => {
  test = await emptyDatabase()
  database = await test.open()
  one = postgresLedger(database, testPseudonyms)
  two = postgresLedger(await test.open(), testPseudonyms)
})
afterEach(async () => test.closeAll())

const numbers = Array.from({ length: 100 }, (_, number) => number)

describe('two instances with one ledger', () => {
  it('store an event once that both plan at the same time, in whatever order, and both have all its effects', async () => {
    const [first, second] = await Promise.all([
      one.plan(numbers.map((number) => planned(number))),
      two.plan(numbers.toReversed().map((number) => planned(number))),
    ])
    expect([...first, ...second].filter(({ fresh }) => fresh)).toHaveLength(100)
    const effectIds = (entries: typeof first): readonly number[] =>
      entries.flatMap(({ effects }) => effects.map(({ id }) => id)).toSorted((a, b) => a - b)
    expect(effectIds(first)).toHaveLength(100)
    expect(effectIds(first)).toEqual(effectIds(second))
    expect(await one.counts()).toEqual([{ site: 'alpha', effect: 'bounce', state: 'planned', count: 100 }])
  })

  it('begin each effect in one of several calls that reach for it at once', async () => {
    const ids = (await one.plan(numbers.map((number) => planned(number)))).flatMap(({ effects }) =>
      effects.map(({ id }) => id),
    )
    const calls = await Promise.all(
      Array.from({ length: 6 }, async (_, index) =>
        (index % 2 === 0 ? one : two).begin(index % 3 === 0 ? ids.toReversed() : ids, {
          callId: `call-${index}`,
          at,
          conclusiveAt: at + 1,
        }),
      ),
    )
    expect(calls.flat().toSorted((a, b) => a - b)).toEqual(ids)
  })

  it('never drop an effect whose call was begun while the other decided anew', async () => {
    for (let round = 0; round < 20; round += 1) {
      const number = 1000 + round
      const [entry] = await one.plan([planned(number)])
      const [effect] = entry!.effects
      const other = decision([holdEffect(`person${number}@example.org`)])
      const [begun, [again]] = await Promise.all([
        two.begin([effect!.id], { callId: `call-${round}`, at, conclusiveAt: at + 1 }),
        one.plan([planned(number, { decision: other })]),
      ])
      const [stored] = await one.find([planned(number).key])
      const kinds = stored!.effects.map(({ effect: { effect: kind }, state }) => `${kind} ${state}`)
      expect(kinds).toEqual(begun.length === 1 ? ['bounce calling'] : ['hold planned'])
      expect(again!.eventId).toBe(entry!.eventId)
    }
  })

  it('have one outcome of a call, whoever writes it', async () => {
    const [entry] = await one.plan([planned(1, { decision: decision([bounceEffect(1)]) })])
    const effectId = entry!.effects[0]!.id
    await one.begin([effectId], { callId: 'call-1', at, conclusiveAt: at + 1 })
    const outcome = { effectId, callId: 'call-1', at, answer: 'said' } as const
    const written = await Promise.all([
      one.settle([{ ...outcome, state: 'done' }]),
      two.settle([{ ...outcome, state: 'planned' }]),
      two.settle([{ ...outcome, state: 'refused' }]),
    ])
    expect(written.flat()).toEqual([effectId])
  })

  it('write outcomes of one effect in their order when they come together', async () => {
    const [entry] = await one.plan([planned(1)])
    const effectId = entry!.effects[0]!.id
    await one.begin([effectId], { callId: 'call-1', at, conclusiveAt: at + 1 })
    const outcome = { effectId, callId: 'call-1', at, answer: 'said' } as const
    const written = await one.settle([
      { ...outcome, state: 'uncertain' },
      { ...outcome, state: 'done' },
      { ...outcome, state: 'planned' },
    ])
    expect(written).toEqual([effectId, effectId])
    expect((await one.find([planned(1).key]))[0]!.effects).toMatchObject([{ state: 'done' }])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TestDatabase } from '../testing/testDatabase.ts'
import { compareKeys, keyOf, placeTables, tableNamed, tables } from './tables.ts'

describe('the description of the tables', () => {
  it('covers every table and column of the schema of SQLite', async () => {
    const test = new TestDatabase()
    const found = test.database.connection
      .prepare(
        `SELECT t.name AS relation, c.name AS name, c.type AS type, c.pk AS pk, t.sql LIKE '%AUTOINCREMENT%' AS numbered
         FROM (SELECT name, sql FROM sqlite_schema WHERE type = 'table') t, pragma_table_info(t.name) c ORDER BY c.cid`,
      )
      .all()
      .map(({ relation, name, type, pk, numbered }) => ({ relation, name, type, pk: Number(pk), numbered }))
    await test[Symbol.asyncDispose]()
    const kinds: Readonly<Record<string, string>> = { INTEGER: 'integer', TEXT: 'text', BLOB: 'bytes' }
    const names = [...new Set(found.map(({ relation }) => String(relation)))]
    const schema = names
      .filter((name) => !Object.hasOwn(placeTables, name))
      .map((relation) => {
        const own = found.filter((column) => column.relation === relation)
        return {
          name: relation,
          columns: own.map(({ name, type }) => ({ name, kind: kinds[String(type)] })),
          key: own
            .filter(({ pk }) => pk > 0)
            .toSorted((a, b) => a.pk - b.pk)
            .map(({ name, type }) => ({ name, kind: kinds[String(type)] })),
          numbered: own[0]?.numbered === 1,
        }
      })
    const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)
    expect([...tables].sort(byName)).toEqual(schema.sort(byName))
  })

  it('takes the key out of a row, in the order of its columns', () => {
    expect(keyOf(tableNamed('receiver_count'), ['main', 'example.org', 5, 'delivered', 9])).toEqual([
      'main',
      'example.org',
      5,
      'delivered',
    ])
    expect(() => keyOf(tableNamed('site'), [null, '{}'])).toThrow(TypeError)
    expect(() => tableNamed('sqlite_schema')).toThrow('no table')
  })

  it('orders keys as the engines do: numbers by value, texts by their bytes', () => {
    expect(compareKeys([9], [10])).toBeLessThan(0)
    expect(compareKeys(['a', 2], ['a', 1])).toBeGreaterThan(0)
    // In UTF-16 it would be the other way round.
    expect(compareKeys(['\uFF21'], ['\u{1D11E}'])).toBeLessThan(0)
    const text = fc.string({ unit: fc.constantFrom('a', 'B', '\0', 'é', '\uFF21', '\u{1D11E}'), maxLength: 6 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys([a], [b]))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
      }),
    )
  })
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Fingerprint, fingerprintOf, rowOfText, rowText } from './fingerprint.ts'
import { type Row, tableNamed } from './tables.ts'

const secret = tableNamed('secret')

it('a row is the same after it was text, on whatever engine', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.uint8Array(), (site, name, sealed) => {
      const text = rowText([site, name, sealed])
      expect(rowText(rowOfText(secret, text))).toBe(text)
    }),
  )
  // PostgreSQL holds no NUL in a text, and says so by another character.
  expect(rowText(['a\0b', 'n', new Uint8Array([0])])).toBe(rowText(['a\uFFFDb', 'n', Buffer.from([0])]))
})

it('refuses what is no row of the table', () => {
  for (const text of ['["a","b"]', '["a",1,"AA=="]', '[null,"b",7]', '{"site":"a"}'])
    expect(() => rowOfText(secret, text)).toThrow(TypeError)
})

it('a fingerprint knows rows, not their order, and forgets one that is taken out', () => {
  const rows: readonly Row[] = [
    ['a', 'n', new Uint8Array([1])],
    ['b', 'n', new Uint8Array([1])],
    ['c', 'n', null],
  ]
  expect(fingerprintOf(rows.toReversed()).hex).toBe(fingerprintOf(rows).hex)
  expect(fingerprintOf(rows.slice(1)).hex).not.toBe(fingerprintOf(rows).hex)
  const fingerprint = new Fingerprint(fingerprintOf(rows).hex)
  fingerprint.toggle(rows[0]!)
  expect(fingerprint.hex).toBe(fingerprintOf(rows.slice(1)).hex)
  fingerprint.combine(fingerprintOf(rows.slice(1)))
  expect(fingerprint.hex).toBe(new Fingerprint().hex)
})

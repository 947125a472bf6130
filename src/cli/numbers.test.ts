import { describe, expect, it } from 'vitest'
import { parseCount, parseRate, parseShare } from './numbers.ts'

describe('numbers that people write', () => {
  it.each(['0', '-1', '1.5', 'ten', '1001', ''])('a count refuses %j, and says of which option it was', (text) => {
    expect(() => parseCount(text, '--limit', 1000)).toThrow(`--limit: "${text}" is no whole number from 1 to 1000`)
  })

  it('an id has no greatest', () => {
    expect(parseCount('4711', 'the id')).toBe(4711)
    expect(() => parseCount('x', 'the id')).toThrow(/^the id: "x" is no whole number from 1 on$/)
  })

  it.each(['', '-0.1', '1.1', 'half'])('a share refuses %j', (text) => {
    expect(() => parseShare(text, '--forged')).toThrow(`--forged: "${text}" is no share from 0 to 1`)
  })

  it('a rate of 0 is none', () => {
    expect([parseRate('0', '--rate'), parseRate('2.5', '--rate')]).toEqual([Number.POSITIVE_INFINITY, 2.5])
    expect(() => parseRate('many', '--rate')).toThrow(/^--rate: "many" is no rate/)
  })
})

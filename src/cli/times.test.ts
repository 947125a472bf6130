import { describe, expect, it } from 'vitest'
import { parseCount, parseMoment, parseSpan } from './times.ts'

describe('times on the command line', () => {
  const now = Date.parse('2026-11-24T12:00:00Z')

  it('are ages or ISO text', () => {
    expect(parseMoment('12h', now)).toBe(Date.parse('2026-11-24T00:00:00Z'))
    expect(parseMoment('7d', now)).toBe(Date.parse('2026-11-17T12:00:00Z'))
    expect(parseMoment('2026-11-01', now)).toBe(Date.parse('2026-11-01T00:00:00Z'))
    expect(parseMoment('2026-11-01T10:00:00+02:00', now)).toBe(Date.parse('2026-11-01T08:00:00Z'))
  })

  it.each(['yesterday', '', '5', '1y', '2026-99-99', '-3d'])('refuse %j with an example', (text) => {
    expect(() => parseMoment(text, now)).toThrow(/2026-11-24/)
  })

  it('make a span, unless nothing can lie in it', () => {
    expect(parseSpan({}, now)).toStrictEqual({})
    expect(parseSpan({ since: '2d', before: '1d' }, now)).toEqual({
      since: now - 172_800_000,
      before: now - 86_400_000,
    })
    expect(() => parseSpan({ since: '1d', before: '2d' }, now)).toThrow(/nothing lies between/)
    expect(() => parseSpan({ since: '2026-12-24' }, now)).toThrow(/not come yet/)
  })

  it.each(['0', '-1', '1.5', 'ten', '1001', ''])('a count refuses %j', (text) => {
    expect(() => parseCount(text, 1000)).toThrow(/whole number/)
  })
})

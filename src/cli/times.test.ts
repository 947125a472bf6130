import { describe, expect, it } from 'vitest'
import { moment, when } from './output.ts'
import { parseMoment, parseSpan } from './times.ts'

describe('times on the command line', () => {
  const now = Date.parse('2026-11-24T12:00:00Z')

  it('are ages or ISO text', () => {
    expect(parseMoment('12h', now)).toBe(Date.parse('2026-11-24T00:00:00Z'))
    expect(parseMoment('7d', now)).toBe(Date.parse('2026-11-17T12:00:00Z'))
    expect(parseMoment('2026-11-01', now)).toBe(Date.parse('2026-11-01T00:00:00Z'))
    expect(parseMoment('2026-11-01T10:00:00+02:00', now)).toBe(Date.parse('2026-11-01T08:00:00Z'))
  })

  it.each([
    ['2026-11-29', '2026-11-29T00:00:00Z'],
    ['2026-11-29T02:36', '2026-11-29T02:36:00Z'],
    ['2026-11-29 02:36:05', '2026-11-29T02:36:05Z'],
    ['2026-11-29 02:36:05 UTC', '2026-11-29T02:36:05Z'],
    ['2026-11-29T02:36:05.250Z', '2026-11-29T02:36:05.250Z'],
    ['2026-07-29T02:36', '2026-07-29T02:36:00Z'],
    ['2026-11-29T02:36+01:00', '2026-11-29T01:36:00Z'],
  ])('read %s as %s whatever the zone of the machine', (text, expected) => {
    const before = process.env['TZ']
    try {
      for (const zone of ['UTC', 'Europe/Berlin', 'America/New_York']) {
        process.env['TZ'] = zone
        expect(parseMoment(text, now)).toBe(Date.parse(expected))
      }
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
  })

  it('take what the commands print', () => {
    expect(parseMoment(moment(now), now)).toBe(now)
    expect(parseMoment(when(now), now)).toBe(now)
  })

  it.each([
    'yesterday',
    '',
    '5',
    '1y',
    '2026-99-99',
    '-3d',
    '2026-02-30',
    '2026-11-24x',
    '2026-11-24T25:00',
    '2026-11-24 10',
    '2026-11-24T10:00 CET',
    '24.11.2026',
  ])('refuse %j with an example', (text) => {
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
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTime } from './times.ts'

describe('parseTime', () => {
  it.each([
    ['2017-08-05T00:41:02.669Z', Date.UTC(2017, 7, 5, 0, 41, 2, 669)],
    ['2017-08-05T00:41:02Z', Date.UTC(2017, 7, 5, 0, 41, 2)],
    ['2018-10-08T14:05:45 +0000', Date.UTC(2018, 9, 8, 14, 5, 45)],
    ['2009-12-03T04:24:21.000-05:00', Date.UTC(2009, 11, 3, 9, 24, 21)],
    ['2026-11-24T10:00:00+0530', Date.UTC(2026, 10, 24, 4, 30)],
    ['2026-11-24T10:00:00+02', Date.UTC(2026, 10, 24, 8)],
    ['2026-11-24 10:00', Date.UTC(2026, 10, 24, 10)],
    ['2026-11-24T10:00:00.123456789Z', Date.UTC(2026, 10, 24, 10, 0, 0, 123)],
    ['2026-11-24T10:00:00,5Z', Date.UTC(2026, 10, 24, 10, 0, 0, 500)],
    ['Wed, 27 Jan 2016 14:05:45 +0100', Date.UTC(2016, 0, 27, 13, 5, 45)],
  ])('reads %s', (text, time) => {
    expect(parseTime(text)).toBe(time)
  })

  it.each([
    null,
    '',
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-11-24',
    '24/11/2026',
    '27 Jan 2016 14:05:45',
    '1480000000',
  ])('says nothing about %j', (text) => {
    expect(parseTime(text)).toBeNull()
  })

  it('reads every ISO text back', () => {
    const dates = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
    fc.assert(
      fc.property(dates, (date) => {
        expect(parseTime(date.toISOString())).toBe(date.getTime())
      }),
    )
  })
})

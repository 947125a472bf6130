import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsZone, localTime, measureZone, namedZone, toEpoch, zoneName } from './dates.ts'

const berlin = namedZone('Europe/Berlin')

describe('toEpoch', () => {
  it('reads a local date by name of the zone, summer and winter', () => {
    expect(toEpoch('2026-11-24 19:00:03', berlin)).toBe(Date.UTC(2026, 10, 24, 18, 0, 3))
    expect(toEpoch('2026-07-24 19:00:03', berlin)).toBe(Date.UTC(2026, 6, 24, 17, 0, 3))
    expect(toEpoch('2026-01-10 00:10:00', namedZone('Asia/Kathmandu'))).toBe(Date.UTC(2026, 0, 9, 18, 25, 0))
  })

  it('reads a local date by offset', () => {
    expect(toEpoch('2026-11-24 19:00:03', { offsetMinutes: -300 })).toBe(Date.UTC(2026, 10, 25, 0, 0, 3))
  })

  it('takes the later moment in the hour that comes twice, and an hour that spring leaves out still gives one', () => {
    expect(toEpoch('2026-10-25 02:30:00', berlin)).toBe(Date.UTC(2026, 9, 25, 1, 30))
    expect(toEpoch('2026-03-29 02:30:00', berlin)).toBe(Date.UTC(2026, 2, 29, 1, 30))
  })

  it.each(['', 'null', '0000-00-00 00:00:00', '2026-00-01 00:00:00', 'yesterday'])('knows no date in %j', (text) => {
    expect(toEpoch(text, berlin)).toBeNull()
  })

  it('gives back each moment written in the zone, but for the hour that comes twice', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC']
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2015, 0) / 1000, max: Date.UTC(2035, 0) / 1000 }),
        (timeZone, seconds) => {
          const moment = seconds * 1000
          const written = new Date(moment).toLocaleString('sv-SE', { timeZone })
          const read = toEpoch(written, namedZone(timeZone))
          expect([moment, moment + 1_800_000, moment + 3_600_000]).toContain(read)
          expect(new Date(read ?? 0).toLocaleString('sv-SE', { timeZone })).toBe(written)
        },
      ),
    )
  })
})

describe('measureZone', () => {
  const now = Date.UTC(2026, 10, 24, 18, 0, 3)

  it.each([
    ['2026-11-24 19:00:03', 60],
    ['2026-11-24 18:02:59', 0],
    ['2026-11-24 12:57:00', -300],
    ['2026-11-24 23:45:00', 345],
    ['2026-11-25 08:00:03', 840],
  ])('rounds %s to a quarter of an hour', (text, offsetMinutes) => {
    expect(measureZone(text, now)).toEqual({ offsetMinutes })
  })

  it.each(['', 'now', '2026-11-26 18:00:03', '2025-11-24 18:00:03'])('takes %j for no time on earth', (text) => {
    expect(measureZone(text, now)).toBeNull()
  })
})

describe('fitsZone', () => {
  const now = Date.UTC(2026, 10, 24, 18, 0, 3)

  it.each([
    ['2026-11-24 19:00:03', 'Europe/Berlin'],
    ['2026-11-24 18:50:30', 'Europe/Berlin'],
    ['2026-11-24 19:09:30', 'Europe/Berlin'],
    ['2026-11-24 23:45:03', 'Asia/Kathmandu'],
    ['2026-11-25 08:00:03', 'Pacific/Kiritimati'],
  ])('%s is the time in %s, or close to it', (text, timeZone) => {
    expect(fitsZone(text, namedZone(timeZone), now)).toBe(true)
  })

  it.each([
    ['2026-11-24 18:00:03', 'Europe/Berlin'],
    ['2026-11-24 20:00:03', 'Europe/Berlin'],
    ['2026-11-24 19:20:03', 'Europe/Berlin'],
    ['2026-11-24 23:30:03', 'Asia/Kathmandu'],
    ['2025-11-24 19:00:03', 'Europe/Berlin'],
  ])('%s is not the time in %s', (text, timeZone) => {
    expect(fitsZone(text, namedZone(timeZone), now)).toBe(false)
  })

  it('takes either offset while the clocks are changed, and only then', () => {
    const autumn = Date.UTC(2026, 9, 25, 1, 0, 0)
    const fits = (text: string, minutesOff: number): boolean | null =>
      fitsZone(text, berlin, autumn + minutesOff * 60_000)
    expect([fits('2026-10-25 02:00:01', 0), fits('2026-10-25 02:59:59', 0)]).toEqual([true, true])
    expect([fits('2026-10-25 03:04:00', 5), fits('2026-10-25 02:04:00', 5)]).toEqual([true, true])
    expect([fits('2026-10-25 02:30:00', -30), fits('2026-10-25 01:30:00', -30)]).toEqual([true, false])
    expect([fits('2026-10-25 02:30:00', 30), fits('2026-10-25 03:30:00', 30)]).toEqual([true, false])
  })

  it.each(['', 'now'])('says nothing where %j is no date', (text) => {
    expect(fitsZone(text, berlin, now)).toBeNull()
  })
})

describe('localTime', () => {
  it('writes a moment as the clock in the zone shows it', () => {
    expect(localTime(Date.UTC(2026, 10, 24, 18, 0, 3, 999), berlin)).toBe('2026-11-24 19:00:03')
    expect(localTime(Date.UTC(2026, 0, 1, 3, 0, 0), namedZone('America/New_York'))).toBe('2025-12-31 22:00:00')
  })
})

describe('zone names', () => {
  it('are written as people write them', () => {
    expect(zoneName({ offsetMinutes: 345 })).toBe('UTC+05:45')
    expect(zoneName({ offsetMinutes: -210 })).toBe('UTC-03:30')
    expect(zoneName({ offsetMinutes: 0 })).toBe('UTC+00:00')
    expect(zoneName(berlin)).toBe('Europe/Berlin')
  })
})

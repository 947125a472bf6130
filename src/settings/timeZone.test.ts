import { expect, it } from 'vitest'
import { isTimeZone } from './timeZone.ts'

it.each(['Europe/Berlin', 'America/Argentina/Buenos_Aires', 'UTC'])('%s is a time zone', (name) => {
  expect(isTimeZone(name)).toBe(true)
})

it.each(['Europe/Bielefeld', 'Berlin', 'Europe', '', ' ', 'auto', 'none', 'ask'])('%j is no time zone', (name) => {
  expect(isTimeZone(name)).toBe(false)
})

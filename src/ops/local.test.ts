import { describe, expect, it } from 'vitest'
import { isLocal } from './local.ts'

describe('isLocal', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('is true for %s', (remoteAddress) => {
    expect(isLocal({ headers: {}, remoteAddress })).toBe(true)
  })

  it.each(['10.0.0.1', '192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1', '128.0.0.1', '', 'localhost', undefined])(
    'is false for %s',
    (remoteAddress) => {
      expect(isLocal({ headers: {}, remoteAddress })).toBe(false)
    },
  )

  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'])(
    'is false for what a proxy on this machine passes on with %s',
    (name) => {
      expect(isLocal({ headers: { [name]: '127.0.0.1' }, remoteAddress: '127.0.0.1' })).toBe(false)
    },
  )
})

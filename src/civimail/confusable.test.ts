import { describe, expect, it } from 'vitest'
import type { SiteCandidate } from './chooseSite.ts'
import { isConfusable } from './confusable.ts'

const site = (
  id: string,
  domains: readonly string[],
  senderDomains: readonly string[] = domains,
  localpart: string | null = 'bounce+',
): SiteCandidate => ({ id, verp: { localpart, separator: '.', domains }, senderDomains })

const north = site('north', ['crm.north.example'], ['north.example'])

describe('sites that share a topic', () => {
  it('are told apart by the domain of their bounce addresses, its localpart, or their senders', () => {
    expect(isConfusable(north, site('south', ['crm.south.example'], ['south.example']))).toBe(false)
    expect(isConfusable(north, site('sender', ['crm.north.example'], ['south.example']))).toBe(false)
    expect(isConfusable(north, site('localpart', ['crm.north.example'], ['north.example'], 'crm+'))).toBe(false)
    expect(isConfusable(north, site('within', ['crm.city.north.example'], ['city.north.example']))).toBe(false)
  })

  it('are not where all of that is the same, or one says nothing of itself', () => {
    expect(isConfusable(north, site('twin', ['crm.north.example'], ['north.example']))).toBe(true)
    expect(isConfusable(site('silent', []), north)).toBe(true)
    expect(isConfusable(north, site('silent', []))).toBe(false)
  })

  it('may be confused one way only: the closer sender takes the mail', () => {
    const wide = site('wide', ['crm.example.org'], ['example.org'])
    const close = site('close', ['crm.example.org'], ['crm.example.org'])
    expect(isConfusable(close, wide)).toBe(false)
    expect(isConfusable(wide, close)).toBe(true)
  })
})

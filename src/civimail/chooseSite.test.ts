import { describe, expect, it } from 'vitest'
import { eventOf } from '../testing/eventOf.ts'
import { chooseSite, type SiteCandidate } from './chooseSite.ts'

const site = (id: string, domains: readonly string[], senderDomains: readonly string[] = []): SiteCandidate => ({
  id,
  verp: { localpart: 'bounce+', separator: '.', domains },
  senderDomains,
})
const north = site('north', ['crm.north.example'], ['north.example'])
const south = site('south', ['crm.south.example'], ['south.example'])
const city = site('city', ['crm.city.north.example'], ['city.north.example'])
const open = site('open', [])

const mail = (source: string, from = source): ReturnType<typeof eventOf>['mail'] =>
  eventOf({ kind: 'Bounce', recipients: ['reader@example.net'], source, commonHeaders: { from: [from] } }).mail
const verp = (domain: string): string => `bounce+b.2.3006.zzinafzl1gunbnsy@${domain}`

describe('chooseSite', () => {
  it('goes by the path, if that site allows the topic', () => {
    expect(chooseSite('south', [north, south], mail(verp('crm.north.example')))).toEqual({ site: 'south', by: 'path' })
    expect(chooseSite('elsewhere', [north, south], mail('x@north.example'))).toEqual({ site: null, why: 'none' })
  })

  it('goes by the topic where only one site allows it', () => {
    expect(chooseSite('', [north], mail('x@example.com'))).toEqual({ site: 'north', by: 'topic' })
    expect(chooseSite('', [], mail('x@example.com'))).toEqual({ site: null, why: 'none' })
  })

  it('goes by the VERP domain before the sender', () => {
    const choice = chooseSite('', [north, south], mail(verp('crm.south.example'), 'news@north.example'))
    expect(choice).toEqual({ site: 'south', by: 'verp' })
  })

  it('goes by the sender, the closest domain first', () => {
    expect(chooseSite('', [north, south], mail('news@mail.south.example'))).toEqual({ site: 'south', by: 'sender' })
    expect(chooseSite('', [north, city], mail('news@city.north.example'))).toEqual({ site: 'city', by: 'sender' })
    expect(chooseSite('', [north, city], mail('news@north.example'))).toEqual({ site: 'north', by: 'sender' })
  })

  it('takes no VERP address for a proof at a site that names no domain', () => {
    expect(chooseSite('', [open, south], mail(verp('crm.south.example')))).toEqual({ site: 'south', by: 'verp' })
    expect(chooseSite('', [open, south], mail(verp('crm.example.com')))).toEqual({ site: null, why: 'none' })
  })

  it('says what it cannot tell apart', () => {
    const twin = site('twin', ['crm.north.example'], ['north.example'])
    expect(chooseSite('', [north, twin], mail(verp('crm.north.example')))).toEqual({ site: null, why: 'ambiguous' })
    const sibling = site('sibling', ['crm.north.example'], ['news.north.example'])
    expect(chooseSite('', [north, sibling], mail(verp('crm.north.example'), 'x@news.north.example'))).toEqual({
      site: 'sibling',
      by: 'sender',
    })
    // A third one has no part in it, whatever the sender: the VERP address is of none of its domains.
    const others = [north, sibling, south]
    expect(chooseSite('', others, mail(verp('crm.north.example'), 'x@mail.south.example'))).toEqual({
      site: 'north',
      by: 'sender',
    })
    expect(chooseSite('', [north, south], mail('x@example.com'))).toEqual({ site: null, why: 'none' })
  })
})

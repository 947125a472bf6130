import { describe, expect, it } from 'vitest'
import { eventsOf } from '../testing/eventOf.ts'
import { sesMessage, type SesMessageInput } from '../testing/sesMessage.ts'
import { type Correlation, correlate } from './correlate.ts'
import type { VerpSettings } from './reference.ts'

const verp: VerpSettings = { localpart: 'bounce+', separator: '.', domains: ['crm.example.org'] }
const source = 'bounce+b.2.3006.zzinafzl1gunbnsy@crm.example.org'

function correlations(input: Partial<SesMessageInput>, senderDomains: readonly string[] = []): readonly Correlation[] {
  const message = sesMessage({ kind: 'Bounce', recipients: ['to@example.net'], source, ...input })
  return eventsOf(message).map((event) => correlate(event, { verp, senderDomains }))
}

describe('ownership of the reference', () => {
  it('is the only destination’s, however SES spells the recipient', () => {
    expect(correlations({ recipients: ['forwarded@example.com'], destinations: ['to@example.net'] })).toMatchObject([
      { ownership: 'own', mailedTo: 'to@example.net' },
    ])
  })

  it('is the To recipient’s, not that of a copy', () => {
    const recipients = ['cc@example.net', 'To@Example.net', 'bcc@example.net']
    expect(
      correlations({ recipients, commonHeaders: { to: ['Tom <to@example.net>'] } }).map(({ ownership }) => ownership),
    ).toEqual(['copy', 'own', 'copy'])
  })

  it('is the first To’s where there are several', () => {
    const to = ['a@example.net, b@example.net']
    const recipients = ['a@example.net', 'b@example.net']
    expect(correlations({ recipients, commonHeaders: { to } }).map(({ ownership }) => ownership)).toEqual([
      'own',
      'copy',
    ])
  })

  it('is not known where several destinations come without headers', () => {
    const given = { destinations: ['to@example.net', 'cc@example.net'], headers: null }
    expect(correlations(given)).toMatchObject([{ ownership: 'unknown' }])
  })

  it('is of the one with the same spelling where SES names several for one destination', () => {
    const given = { recipients: ['to@example.net', 'other@example.net'], destinations: ['to@example.net'] }
    expect(correlations(given)).toMatchObject([
      { ownership: 'own', mailedTo: 'to@example.net' },
      { ownership: 'copy', mailedTo: 'other@example.net' },
    ])
  })
})

describe('the sender', () => {
  const foreign = { source: 'app@example.com', commonHeaders: { from: ['app@example.com'] } }

  it('is own where the site names no domains', () => {
    expect(correlations(foreign)).toMatchObject([{ sender: 'own', reference: null }])
  })

  it('is own by any of its names, and below a domain of the site', () => {
    expect(correlations({ ...foreign, source: 'x@mail.example.org' }, ['example.org'])).toMatchObject([
      { sender: 'own' },
    ])
    expect(correlations({ source: 'x@example.com' }, ['example.org'])).toMatchObject([{ sender: 'own' }])
    expect(correlations({ ...foreign, source: 'News <x@example.org>' }, ['example.org'])).toMatchObject([
      { sender: 'own' },
    ])
    const tagged = { ...foreign, dialect: 'eventPublishing' } as const
    expect(correlations(tagged, ['example.org'])).toMatchObject([{ sender: 'own' }])
    expect(correlations({ ...foreign, source: 'x@crm.example.org' }, ['example.net'])).toMatchObject([
      { sender: 'own' },
    ])
  })

  it('is foreign otherwise, also where the name only ends like ours', () => {
    expect(correlations(foreign, ['example.org'])).toMatchObject([{ sender: 'foreign' }])
    const alike = { source: 'x@notexample.org', commonHeaders: { from: ['x@notexample.org'] } }
    expect(correlations(alike, ['example.org'])).toMatchObject([{ sender: 'foreign' }])
    expect(correlations({ source: '', commonHeaders: { from: [] } }, ['example.org'])).toMatchObject([
      { sender: 'foreign' },
    ])
  })

  it('is not proven by a reference where the site names no domain of its addresses', () => {
    const [event] = eventsOf(sesMessage({ kind: 'Bounce', recipients: ['to@example.net'], source }))
    const open = { verp: { ...verp, domains: [] }, senderDomains: ['example.net'] }
    expect(correlate(event!, open)).toMatchObject({ sender: 'foreign', reference: { queueId: 3006 } })
  })

  it('is only claimed where nothing but a header says that the mail is of the site', () => {
    const headers = [{ name: 'X-CiviMail-Bounce', value: source }]
    expect(correlations({ ...foreign, headers }, ['example.net'])).toMatchObject([
      { sender: 'claimed', reference: { queueId: 3006 } },
    ])
    expect(correlations({ ...foreign, headers })).toMatchObject([{ sender: 'own' }])
  })

  it('is own where the reference is at a domain of the site, whatever From says', () => {
    expect(correlations({ commonHeaders: { from: ['x@example.com'] } }, ['example.net'])).toMatchObject([
      { sender: 'own', reference: { queueId: 3006 } },
    ])
  })
})

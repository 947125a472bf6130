import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Header } from '../ses/mailEvent.ts'
import { eventOf } from '../testing/eventOf.ts'
import { fixtureNames, readFixture, requireFixtures } from '../testing/fixtures.ts'
import { findReference } from './findReference.ts'
import type { FoundReference, VerpSettings } from './reference.ts'

const site: VerpSettings = { localpart: 'bounce+', separator: '.', domains: ['crm.example.org'] }
const address = 'bounce+b.2.3006.zzinafzl1gunbnsy@crm.example.org'
const unsubscribe =
  '<mailto:bounce+u.2.3006.zzinafzl1gunbnsy@crm.example.org>, <http://127.0.0.1:8183/civicrm/mailing/unsubscribe?reset=1&jid=2&qid=3006&h=zzinafzl1gunbnsy>'

function found(
  mail: { readonly headers?: readonly Header[]; readonly source?: string; readonly returnPath?: string },
  verp = site,
): FoundReference | null {
  const { headers = [], source = 'news@example.org', returnPath } = mail
  const event = eventOf({
    kind: 'Bounce',
    recipients: ['reader@example.net'],
    headers,
    source,
    ...(returnPath === undefined ? {} : { commonHeaders: { returnPath } }),
  })
  return findReference(event.mail, verp)
}

describe('the ladder', () => {
  it.each([
    ['X-CiviMail-Bounce', { headers: [{ name: 'x-civimail-bounce', value: `<${address}>` }] }],
    ['Return-Path', { headers: [{ name: 'RETURN-PATH', value: address }] }],
    ['commonHeaders.returnPath', { returnPath: address }],
    ['mail.source', { source: `Example Org <${address}>` }],
    ['List-Unsubscribe', { headers: [{ name: 'List-Unsubscribe', value: unsubscribe }] }],
  ])('finds the reference in %s', (from, mail) => {
    expect(found(mail)).toMatchObject({ jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy', from })
  })

  it('takes the first step that has one', () => {
    const fixed = { name: 'Return-Path', value: 'bounces@example.org' }
    const tracker = { name: 'X-CiviMail-Bounce', value: address }
    expect(found({ headers: [fixed, tracker], source: address })?.from).toBe('X-CiviMail-Bounce')
    expect(found({ headers: [fixed], source: address })?.from).toBe('mail.source')
  })

  it('takes no Message-ID, no job id and no foreign site for one', () => {
    const headers = [
      { name: 'Message-ID', value: '<bounce+m.3007.gyddrlryphllpi4y@crm.example.org>' },
      { name: 'job_id', value: '2' },
      { name: 'X-CiviMail-Bounce', value: 'bounce+b.2.3006.zzinafzl1gunbnsy@crm.example.com' },
    ]
    expect(found({ headers })).toBeNull()
  })
})

const list = (value: string): { readonly headers: readonly Header[] } => ({
  headers: [{ name: 'List-Unsubscribe', value }],
})

describe('List-Unsubscribe', () => {
  it('is read from the address and from the link', () => {
    const links = [
      '<mailto:bounce%2Bo.2.3006.zzinafzl1gunbnsy@crm.example.org?subject=x>',
      '<https://crm.example.org/civicrm/mailing/unsubscribe?reset=1&jid=2&qid=3006&h=zzinafzl1gunbnsy>',
      '<https://example.org/?civiwp=CiviCRM&q=civicrm%2Fmailing%2Funsubscribe&jid=2&qid=3006&h=zzinafzl1gunbnsy>',
      '< https://crm.example.org/civicrm/mailing/unsubscribe?reset=1&amp;jid=2&amp;qid=3006&amp;h=zzinafzl1gunbnsy >',
    ]
    for (const link of links) expect(found(list(link))).toMatchObject({ jobId: 2, queueId: 3006 })
  })

  it('shows a localpart that the unknown-localpart rule cannot see', () => {
    const value =
      '<mailto:bounceu.2.3006.zzinafzl1gunbnsy@crm.example.org>, <https://www.example.org/?jid=2&qid=3006&h=zzinafzl1gunbnsy>'
    expect(found(list(value), { ...site, localpart: null })).toMatchObject({ queueId: 3006, from: 'List-Unsubscribe' })
  })

  it.each([
    '<https://crm.example.com/civicrm/mailing/unsubscribe?jid=2&qid=3006&h=zzinafzl1gunbnsy>',
    '<https://crm.example.org/civicrm/mailing/unsubscribe?jid=2&qid=3006>',
    '<https://crm.example.org/civicrm/mailing/unsubscribe?qid=3006&h=zzinafzl1gunbnsy>',
    '<https://crm.example.org/civicrm/mailing/unsubscribe?jid=x&qid=3006&h=zzinafzl1gunbnsy>',
    '<https://crm.example.org/civicrm/mailing/unsubscribe?jid=2&qid=3006&h=short>',
    '<mailto:%E0%A4%A@crm.example.org>',
    '<http://[>, <javascript:x>, plain',
  ])('does not read %s', (value) => {
    expect(found(list(value))).toBeNull()
  })
})

/** A message of the fixtures: its headers, its envelope sender and the reference that is in it, if any. */
function sentMail(name: string): {
  readonly headers: readonly Header[]
  readonly source: string
  readonly reference: object | null
} {
  const headers = headersOf(readFixture('civimail', name).toString('utf8'))
  const envelope: unknown = JSON.parse(readFixture('civimail', name.replace('.eml', '.json')).toString('utf8'))
  const { mailFrom: source } = z.object({ mailFrom: z.string() }).parse(envelope)
  const parts = /^bounce\+b\.(\d+)\.(\d+)\.(\w{16})@(.*)$/.exec(source)
  const [, jobId, queueId, hash, domain] = parts ?? []
  return { headers, source, reference: parts && { jobId: Number(jobId), queueId: Number(queueId), hash, domain } }
}

describe.runIf(requireFixtures())('mail that a CiviCRM really sent', () => {
  const names = fixtureNames('civimail', '.eml')
  const anySite = { ...site, localpart: null, domains: [] }

  it.each(names.filter((name) => name.includes('-mailing-')))('%s leads to its mailing by every step', (name) => {
    const { headers, source, reference } = sentMail(name)
    expect(reference).not.toBeNull()
    for (const verp of [site, anySite]) {
      expect(found({ headers, source }, verp)).toMatchObject({ ...reference, from: 'X-CiviMail-Bounce' })
      expect(found({ source }, verp)).toMatchObject({ ...reference, from: 'mail.source' })
      for (const only of ['X-CiviMail-Bounce', 'Return-Path', 'List-Unsubscribe']) {
        const some = headers.filter((header) => header.name === only)
        expect(found({ headers: some }, verp)).toMatchObject({ ...reference, from: only })
      }
    }
  })

  it.each(names.filter((name) => name.includes('-transactional-')))('%s leads to none', (name) => {
    const { headers, source } = sentMail(name)
    expect(found({ headers, source })).toBeNull()
    expect(found({ headers, source }, anySite)).toBeNull()
  })
})

/** Headers as SES passes them on: in order, still folded. */
function headersOf(mail: string): readonly Header[] {
  const [head = ''] = mail.split(/\r?\n\r?\n/)
  return head.split(/\r?\n(?![ \t])/).map((line) => {
    const colon = line.indexOf(':')
    return { name: line.slice(0, colon), value: line.slice(colon + 1) }
  })
}

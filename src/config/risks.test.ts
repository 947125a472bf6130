import { describe, expect, it } from 'vitest'
import { type SiteInput, siteSchema, storedSiteSchema } from '../settings/site.ts'
import { configRisks, siteRisks } from './risks.ts'
import { configSchema } from './schema.ts'
import { topicRisks } from './topicRisks.ts'

const safeSite: SiteInput = {
  id: 'main',
  name: 'Main',
  crm: { type: 'civicrm', url: 'https://crm.example.org' },
  mail: { localpart: 'bounce+', domains: ['crm.example.org'], senderDomains: ['example.org'] },
  topics: ['arn:aws:sns:eu-west-1:111122223333:ses'],
}

function about(change: Partial<SiteInput>): string {
  return siteRisks(storedSiteSchema.parse({ ...safeSite, ...change }))
    .map((risk) => risk.message)
    .join('\n')
}

describe('risks', () => {
  it('finds nothing in a careful installation', () => {
    expect(about({})).toBe('')
    expect(configRisks(configSchema.parse({}), [])).toEqual([])
  })

  it('warns of an API key sent in the clear, but not to the same machine', () => {
    expect(about({ crm: { type: 'civicrm', url: 'http://crm.example.org' } })).toMatch(/in the clear/)
    expect(about({ crm: { type: 'civicrm', url: 'http://127.0.0.1:8000' } })).toBe('')
  })

  it('warns where a look would come too early', () => {
    const crm = {
      type: 'civicrm',
      url: 'https://x.example.org',
      timeoutSeconds: 60,
      longestRequestSeconds: 30,
    } as const
    expect(about({ crm })).toMatch(/still be running/)
  })

  it('warns of a stored time zone that is none', () => {
    const crm = { type: 'civicrm', url: 'https://x.example.org' } as const
    expect(about({ crm: { ...crm, timeZone: 'Berlin' } })).toMatch(/"Berlin" is no time zone/)
    expect(about({ crm: { ...crm, timeZone: 'Europe/Berlin' } })).toBe('')
  })

  it('warns of a whole account, of no topic and of no sender domain', () => {
    expect(about({ topics: ['111122223333'] })).toMatch(/every topic of that account/)
    expect(about({ topics: [] })).toMatch(/no topic/)
    expect(about({ mail: { localpart: '', domains: ['x.example.org'], senderDomains: [] } })).toMatch(/other software/)
  })

  it('warns of a public listener and of an empty certificates folder', () => {
    const config = configSchema.parse({ listen: { host: '0.0.0.0' }, certificatesFolder: '/c' })
    const messages = configRisks(config, []).map((risk) => risk.about)
    expect(messages).toEqual(['listen.host', 'certificatesFolder'])
  })

  it('warns of sites with the same topic whose mail cannot be told apart', () => {
    const of = (...changes: readonly Partial<SiteInput>[]) =>
      topicRisks(changes.map((change) => siteSchema.parse({ ...safeSite, ...change }))).map((risk) => risk.about)
    expect(of({ id: 'one' }, { id: 'two' })).toEqual(['site one', 'site two'])
    expect(of({ id: 'one' }, { id: 'two', topics: ['111122223333'] })).toEqual(['site one', 'site two'])
    expect(of({ id: 'one' }, { id: 'two', topics: ['arn:aws:sns:eu-west-1:111122223333:other'] })).toEqual([])
    const mail = { localpart: 'bounce+', domains: ['crm.example.net'], senderDomains: ['example.net'] }
    expect(of({ id: 'one' }, { id: 'two', mail })).toEqual([])
  })
})

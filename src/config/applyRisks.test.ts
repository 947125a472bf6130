import { expect, it } from 'vitest'
import { siteSchema } from '../settings/site.ts'
import { applyRisks, type KeyedSite } from './applyRisks.ts'

const topic = 'arn:aws:sns:eu-west-1:111122223333:ses'

function site(id: string, { topics = [topic], hasApiKey = true, domain = `${id}.example.org` } = {}): KeyedSite {
  const parsed = siteSchema.parse({
    id,
    name: id,
    mode: 'record',
    crm: { type: 'civicrm', url: 'https://crm.example.org' },
    mail: { localpart: 'bounce+', domains: [domain], senderDomains: [domain] },
    topics,
    policy: { preset: 'standard' },
  })
  return { ...parsed, hasApiKey }
}

const told = (before: readonly KeyedSite[], after: readonly KeyedSite[], ...changed: readonly string[]) =>
  applyRisks({ before, after, changed: new Set(changed) }).map(({ about, message }) => `${about}: ${message}`)

it('a mistyped id is a new site without a key, whose mail cannot be told from that of the one that was meant', () => {
  const main = site('main')
  const mian = site('mian', { hasApiKey: false, domain: 'main.example.org' })
  expect(told([main], [main, mian], 'mian')).toEqual([
    expect.stringMatching(/^site mian: no API key/),
    expect.stringMatching(/^site main: it shares a topic with the site mian, /),
    expect.stringMatching(/^site mian: it shares a topic with the site main, /),
  ])
})

it('a topic that no site allows any more is told of; one that another site, or its account, still allows is not', () => {
  const other = site('other')
  expect(told([site('main')], [site('main', { topics: [] })], 'main')).toEqual([
    expect.stringMatching(/^site main: no topic is allowed/),
    expect.stringMatching(new RegExp(`^site main: ${topic} was allowed and no longer is`)),
  ])
  expect(told([site('main'), other], [other])).toEqual([])
  expect(told([site('main')], [])).toEqual([expect.stringContaining(topic)])
  const account = site('main', { topics: ['111122223333'] })
  expect(told([site('main')], [account], 'main').filter((text) => text.includes('no longer'))).toEqual([])
})

it('nothing is said of what stays as it was, risky or not', () => {
  const sites = [site('one', { hasApiKey: false, domain: 'x.example.org' }), site('two', { domain: 'x.example.org' })]
  expect(told(sites, sites)).toEqual([])
})

import type { Random } from '../../src/clock.ts'
import { type Site, type SiteInput, siteSchema } from '../../src/settings/site.ts'
import type { SigningIdentity } from '../../src/simulator/certificate.ts'
import type { VerpForm } from '../../src/simulator/mailing.ts'
import { pick } from '../../src/simulator/random.ts'
import type { Recipient } from '../../src/simulator/recipients.ts'
import { topicArn } from '../../src/simulator/region.ts'

export const region = 'eu-west-1'

/** Topics that the sites allow: one by its name, the others by their account. */
export const allowedTopics = [
  topicArn(region, '111122223333', 'ses'),
  topicArn(region, '444455556666', 'any-name'),
] as const

interface FuzzSite {
  readonly site: Site
  readonly verp: VerpForm
}

function fuzzSite(verp: VerpForm, input: Pick<SiteInput, 'id' | 'mode' | 'policy'>): FuzzSite {
  const { localpart, separator, domain } = verp
  const site = siteSchema.parse({
    name: `Site of ${domain}`,
    crm: { type: 'builtin' },
    mail: { localpart, separator, domains: [domain], senderDomains: [domain] },
    topics: [allowedTopics[0], '444455556666'],
    ...input,
  })
  return { site, verp }
}

/** Three that share the topics, so that each message has to be told whose it is; each in another way. */
export const fuzzSites: readonly FuzzSite[] = [
  fuzzSite(
    { localpart: 'bounce+', separator: '.', domain: 'crm.example.org' },
    { id: 'main', policy: { preset: 'standard' } },
  ),
  fuzzSite(
    { localpart: '', separator: '-', domain: 'second.example.net' },
    { id: 'second', policy: { preset: 'careful' } },
  ),
  fuzzSite({ localpart: 'return', separator: '.', domain: 'watched.example.com' }, { id: 'watched', mode: 'watch' }),
]

/** Mail of other software in the same SES account. */
const elsewhere: VerpForm = { localpart: 'news', separator: '.', domain: 'elsewhere.example.net' }

/** All that making messages needs, as a thread can be given it. */
export interface FuzzWorld {
  readonly seed: string
  /** Epoch milliseconds: times in messages are about now. */
  readonly now: number
  readonly privateKeyPem: string
  readonly certificate: Pick<SigningIdentity, 'certificate' | 'fileName'>
  /** By site: who has a queue row there. */
  readonly recipients: Readonly<Record<string, readonly Recipient[]>>
}

export interface Correspondence {
  readonly verp: VerpForm
  readonly recipients: readonly Recipient[]
}

/** A site and its people; now and then somebody else's. */
export function anyCorrespondence(random: Random, { recipients }: FuzzWorld): Correspondence {
  if (random() < 0.05) return { verp: elsewhere, recipients: Object.values(recipients).flat().slice(0, 50) }
  const { site, verp } = random() < 0.7 ? (fuzzSites[0] ?? pick(random, fuzzSites)) : pick(random, fuzzSites)
  return { verp, recipients: recipients[site.id] ?? [] }
}

/** Addresses that CiviCRM holds, odd ones among them; some stand with several contacts. */
export function addressesOf({ verp: { domain } }: FuzzSite, count: number): readonly string[] {
  const odd = ["o'brien", 'müller', 'a&b', 'tag+one', '"john doe"', 'test..me', 'UPPER']
  return Array.from({ length: count }, (_, index) => {
    if (index < odd.length) return `${odd[index] ?? ''}@members.${domain}`
    // Many with one address: a family, an office.
    return index % 50 === 0 ? `office-${index % 4}@members.${domain}` : `person-${index}@members.${domain}`
  })
}

import { type Site, type SiteInput, siteSchema } from '../../src/settings/site.ts'

/** The topic that is simulated, and whose account the site allows. */
export const topic = 'arn:aws:sns:eu-west-1:111122223333:ses'

export const verp = { localpart: 'bounce+', separator: '.', domain: 'crm.example.org' } as const

/** The site of the measurement, with its CiviCRM at this address; null: the built-in store. */
export function benchSite(url: string | null, more: Partial<SiteInput> = {}): Site {
  const { localpart, separator, domain } = verp
  return siteSchema.parse({
    id: 'main',
    name: 'Measured site',
    crm: url === null ? { type: 'builtin' } : { type: 'civicrm', url, batchSize: 400 },
    mail: { localpart, separator, domains: [domain], senderDomains: [domain] },
    topics: [topic],
    ...more,
  })
}

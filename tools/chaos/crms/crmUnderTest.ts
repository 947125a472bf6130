import { type Site, type SiteInput, siteSchema } from '../../../src/settings/site.ts'
import type { QueueRow } from '../../../src/simulator/mailing.ts'
import type { Person } from '../stories.ts'

/** A person stored in the CRM, with the queue rows of the copies sent to him. */
export interface StoredPerson extends Person {
  readonly contactId: number
  readonly emailId: number
  /** One for each copy; empty where his story is no mailing's. */
  readonly rows: readonly QueueRow[]
}

/**
 * - `php killed`: the server with all its workers, in the middle of their requests
 * - `mariadb stopped`: shut down as for an upgrade, which breaks its connections
 * - `rows locked`: a call hangs, is given up, and is carried out in the end all the same, seen by nobody before
 */
export const crmFaultNames = ['php killed', 'mariadb stopped', 'rows locked'] as const
export type CrmFault = (typeof crmFaultNames)[number]

/** What stands in the CRM, read around the gateway. */
export interface CrmRows {
  /** Bounce types by queue row, one for each row of the bounce table. */
  readonly bounces: ReadonlyMap<number, readonly string[]>
  /** By e-mail row. */
  readonly onHold: ReadonlySet<number>
  /** By contact. */
  readonly optedOut: ReadonlySet<number>
}

/** The CRM of a run, from outside. */
export interface CrmUnderTest {
  /** As the gateway knows it: one or several sites. */
  readonly sites: readonly Site[]
  readonly apiKey: string | null
  /** What may happen to the CRM's servers; nothing where it lives in the gateway. */
  readonly faults: readonly CrmFault[]
  /** Contacts, mailings, queue rows. Called once, before anything is sent. */
  seed(people: readonly Person[]): Promise<readonly StoredPerson[]>
  rows(people: readonly StoredPerson[]): Promise<CrmRows>
  /** How many of these queue rows have a bounce at this moment. */
  recorded(queueIds: readonly number[]): Promise<number>
  /** Strikes in the middle of whatever is done there, and repairs it after so long. */
  fault(name: CrmFault, downMs: number, people: readonly StoredPerson[]): Promise<void>
}

/** The VERP address and the sender's domain say which site a mail is of: all share one topic, as they may one account. */
export function mailDomainOf(site: number): string {
  return `crm-${site + 1}.example.org`
}

export const verp = { localpart: 'bounce+', separator: '.' } as const

/** The sites of a run, which differ in their domains alone. */
export function sitesOf(count: number, topicArn: string, crm: SiteInput['crm']): readonly Site[] {
  return Array.from({ length: count }, (_, site) =>
    siteSchema.parse({
      id: siteIdOf(site),
      name: `Site ${site + 1} of the run`,
      crm,
      mail: { ...verp, domains: [mailDomainOf(site)], senderDomains: [mailDomainOf(site)] },
      topics: [topicArn],
    }),
  )
}

export function siteIdOf(site: number): string {
  return `chaos-${site + 1}`
}

/** The mailings of one site: the first goes to everyone who is in any, the second to those who get two, and so on. */
export function mailingsOf<P extends Person>(people: readonly P[]): readonly (readonly P[])[] {
  const most = Math.max(0, ...people.map(({ story }) => (story.mailing ? story.copies : 0)))
  return Array.from({ length: most }, (_, index) => people.filter(({ story }) => story.mailing && story.copies > index))
}

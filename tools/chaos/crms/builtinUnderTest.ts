import type { ContactStore } from '../../../src/civicrm/builtin/contactStore.ts'
import type { QueueRow } from '../../../src/simulator/mailing.ts'
import type { OutsideView } from '../engines/outsideView.ts'
import type { Person } from '../stories.ts'
import { type CrmRows, type CrmUnderTest, mailingsOf, siteIdOf, sitesOf, type StoredPerson } from './crmUnderTest.ts'

export interface BuiltinParts {
  readonly topicArn: string
  readonly sites: number
  readonly view: OutsideView
  /** Lends a site's contacts while no gateway runs. */
  readonly lend: (work: (contactsOf: (site: string) => ContactStore) => Promise<void>) => Promise<void>
}

/** The built-in contact store: seeded by its own interface before the run, read back by plain SQL. */
export class BuiltinUnderTest implements CrmUnderTest {
  readonly sites
  readonly apiKey = null
  readonly faults = []
  readonly #view: OutsideView
  readonly #lend: BuiltinParts['lend']

  constructor({ topicArn, sites, view, lend }: BuiltinParts) {
    this.sites = sitesOf(sites, topicArn, { type: 'builtin' })
    this.#view = view
    this.#lend = lend
  }

  async seed(people: readonly Person[]): Promise<readonly StoredPerson[]> {
    const stored = new Map<Person, StoredPerson>()
    await this.#lend(async (contactsOf) => {
      for (const site of this.sites.keys()) {
        const ofSite = people.filter((person) => person.site === site)
        for (const person of await seedSite(contactsOf(siteIdOf(site)), ofSite))
          stored.set(person.person, person.stored)
      }
    })
    return people.flatMap((person) => stored.get(person) ?? [])
  }

  async rows(): Promise<CrmRows> {
    const idsOf = async (sql: string): Promise<ReadonlySet<number>> =>
      new Set((await this.#view.select(sql)).map(({ id }) => Number(id)))
    const bounces = new Map<number, string[]>()
    for (const row of await this.#view.select('SELECT queue_id, bounce_type FROM mailing_bounce')) {
      const queueId = Number(row['queue_id'])
      const known = bounces.get(queueId)
      if (known === undefined) bounces.set(queueId, [String(row['bounce_type'])])
      else known.push(String(row['bounce_type']))
    }
    return {
      bounces,
      onHold: await idsOf('SELECT id FROM contact_email WHERE on_hold = 1'),
      optedOut: await idsOf('SELECT id FROM contact WHERE is_opt_out = 1'),
    }
  }

  async recorded(): Promise<number> {
    throw new Error('a call to the built-in store cannot be watched from outside: it is one commit')
  }

  async fault(): Promise<void> {
    throw new Error('the built-in store has no server of its own')
  }
}

async function seedSite(
  contacts: ContactStore,
  people: readonly Person[],
): Promise<readonly { readonly person: Person; readonly stored: StoredPerson }[]> {
  const made = await contacts.addContacts(people.map(({ email }) => ({ name: email, emails: [email] })))
  const emailIds = new Map(made.flatMap(({ emails }) => emails.map(({ email, emailId }) => [email, emailId])))
  const rows = new Map<string, QueueRow[]>()
  for (const [index, readers] of mailingsOf(people).entries()) {
    const { jobId, queueRows } = await contacts.addMailing({
      name: `Newsletter ${index + 1}`,
      emailIds: readers.map(({ email }) => emailIds.get(email) ?? 0),
    })
    for (const { email, queueId, hash } of queueRows)
      rows.set(email, [...(rows.get(email) ?? []), { jobId, queueId, hash }])
  }
  return people.map((person, index) => {
    const { email } = person
    const contactId = made[index]?.contactId ?? 0
    return { person, stored: { ...person, contactId, emailId: emailIds.get(email) ?? 0, rows: rows.get(email) ?? [] } }
  })
}

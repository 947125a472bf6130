import { DatabaseSync } from 'node:sqlite'
import type { ContactStore } from '../../src/civicrm/builtin/contactStore.ts'
import type { QueueRow } from '../../src/simulator/mailing.ts'
import { type CrmRows, type KillSite, mailingsOf, siteOf, type StoredPerson } from './site.ts'
import type { Person } from './stories.ts'

/** The built-in contact store: seeded by its own interface before the run, read back by plain SQL. */
export class BuiltinSite implements KillSite {
  readonly settings
  readonly apiKey = null
  readonly faults = []
  readonly #databaseFile: string
  readonly #openContacts: (work: (contacts: ContactStore) => Promise<void>) => Promise<void>

  /** @param parts.openContacts lends the store while no gateway runs */
  constructor(parts: {
    readonly topicArn: string
    readonly databaseFile: string
    readonly openContacts: (work: (contacts: ContactStore) => Promise<void>) => Promise<void>
  }) {
    this.settings = siteOf(parts.topicArn, { type: 'builtin' })
    this.#databaseFile = parts.databaseFile
    this.#openContacts = parts.openContacts
  }

  async seed(people: readonly Person[]): Promise<readonly StoredPerson[]> {
    const stored: StoredPerson[] = []
    await this.#openContacts(async (contacts) => {
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
      for (const [index, person] of people.entries()) {
        const { email } = person
        const contactId = made[index]?.contactId ?? 0
        stored.push({ ...person, contactId, emailId: emailIds.get(email) ?? 0, rows: rows.get(email) ?? [] })
      }
    })
    return stored
  }

  async rows(): Promise<CrmRows> {
    const database = new DatabaseSync(this.#databaseFile, { readOnly: true })
    try {
      const idsOf = (sql: string): ReadonlySet<number> =>
        new Set(
          database
            .prepare(sql)
            .all()
            .map(({ id }) => Number(id)),
        )
      const bounces = new Map<number, string[]>()
      for (const row of database.prepare('SELECT queue_id, bounce_type FROM mailing_bounce').all()) {
        const queueId = Number(row['queue_id'])
        bounces.set(queueId, [...(bounces.get(queueId) ?? []), String(row['bounce_type'])])
      }
      return {
        bounces,
        onHold: idsOf('SELECT id FROM contact_email WHERE on_hold = 1'),
        optedOut: idsOf('SELECT id FROM contact WHERE is_opt_out = 1'),
      }
    } finally {
      database.close()
    }
  }

  async recorded(): Promise<number> {
    throw new Error('a call to the built-in store cannot be watched from outside: it is one commit')
  }

  async fault(): Promise<void> {
    throw new Error('the built-in store has no server of its own')
  }
}

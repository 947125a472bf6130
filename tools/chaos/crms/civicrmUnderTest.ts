import type { Testbed } from '../../../testbed/testbed.ts'
import { setTimeout as delay } from 'node:timers/promises'
import type { SeededContact } from '../../../testbed/seeded.ts'
import type { QueueRow } from '../../../src/simulator/mailing.ts'
import {
  type CrmFault,
  crmFaultNames,
  type CrmRows,
  type CrmUnderTest,
  mailingsOf,
  sitesOf,
  type StoredPerson,
} from './crmUnderTest.ts'
import type { Person } from '../stories.ts'

/** Ids in one statement. */
const manyIds = 1000

/**
 * A request of the test bed takes two tenths of a second, one where both processors are busy, and as long as
 * it is locked out on top: what has not ended after these times never will. A site on the internet needs
 * minutes instead.
 */
const limits = { timeoutSeconds: 1.5, longestRequestSeconds: 3.5, batchSize: 40 } as const

/** A real CiviCRM in the test bed, whose servers may be killed; read by SQL in its own tables. */
export class CivicrmUnderTest implements CrmUnderTest {
  readonly sites
  readonly apiKey: string
  readonly faults = crmFaultNames
  readonly #testbed: Testbed

  /** @param parts.sites so many of the gateway's sites, all in this one CiviCRM */
  constructor(parts: {
    readonly topicArn: string
    readonly sites: number
    readonly testbed: Testbed
    readonly key: 'admin' | 'least'
  }) {
    const { topicArn, sites, testbed, key } = parts
    this.#testbed = testbed
    this.apiKey = key === 'admin' ? testbed.adminApiKey : testbed.apiKey
    this.sites = sitesOf(sites, topicArn, { type: 'civicrm', url: testbed.url, ...limits })
  }

  async seed(people: readonly Person[]): Promise<readonly StoredPerson[]> {
    const contacts = new Map<string, SeededContact>()
    const rows = new Map<string, QueueRow[]>()
    for (const readers of mailingsOf(people)) {
      const mailing = await this.#testbed.seedMailing({
        recipients: readers.map(({ email }) => contacts.get(email) ?? { email }),
      })
      for (const row of mailing.rows) {
        contacts.set(row.email, row)
        rows.set(row.email, [...(rows.get(row.email) ?? []), row])
      }
    }
    const stored: StoredPerson[] = []
    for (const person of people) {
      const { email } = person
      const { contactId, emailId } = contacts.get(email) ?? (await this.#testbed.seedContact({ email }))
      stored.push({ ...person, contactId, emailId, rows: rows.get(email) ?? [] })
    }
    return stored
  }

  async rows(people: readonly StoredPerson[]): Promise<CrmRows> {
    const bounces = new Map<number, string[]>()
    const queueIds = people.flatMap(({ rows }) => rows.map(({ queueId }) => queueId))
    for (const row of await this.#select(
      `SELECT b.event_queue_id AS id, t.name AS bounceType FROM civicrm_mailing_event_bounce b
       LEFT JOIN civicrm_mailing_bounce_type t ON t.id = b.bounce_type_id WHERE b.event_queue_id IN`,
      queueIds,
    )) {
      const queueId = Number(row['id'])
      bounces.set(queueId, [...(bounces.get(queueId) ?? []), String(row['bounceType'])])
    }
    const emailIds = people.map(({ emailId }) => emailId)
    const contactIds = people.map(({ contactId }) => contactId)
    const held = await this.#select('SELECT id FROM civicrm_email WHERE on_hold = 1 AND id IN', emailIds)
    const out = await this.#select('SELECT id FROM civicrm_contact WHERE is_opt_out = 1 AND id IN', contactIds)
    return {
      bounces,
      onHold: new Set(held.map(({ id }) => Number(id))),
      optedOut: new Set(out.map(({ id }) => Number(id))),
    }
  }

  async recorded(queueIds: readonly number[]): Promise<number> {
    const rows = await this.#select(
      'SELECT DISTINCT event_queue_id AS id FROM civicrm_mailing_event_bounce WHERE event_queue_id IN',
      queueIds,
    )
    return rows.length
  }

  async fault(name: CrmFault, downMs: number, people: readonly StoredPerson[]): Promise<void> {
    const testbed = this.#testbed
    if (name === 'php killed') {
      await testbed.killPhp()
      await delay(downMs)
      await testbed.startPhp()
    } else if (name === 'mariadb stopped') {
      await testbed.stopDatabase()
      await delay(downMs)
      await testbed.startDatabase()
    } else {
      await this.#lock(people, downMs)
    }
  }

  /** A hold waits for the address's row; until then nobody else sees that call's bounces. Reads go on. */
  async #lock(people: readonly StoredPerson[], forMs: number): Promise<void> {
    await this.#testbed.withConnection(async (connection) => {
      await connection.beginTransaction()
      await connection.query('SELECT id FROM civicrm_email WHERE id IN (?) FOR UPDATE', [
        people.map(({ emailId }) => emailId),
      ])
      await delay(forMs)
      await connection.rollback()
    })
  }

  async #select(statement: string, ids: readonly number[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const rows: Readonly<Record<string, unknown>>[] = []
    for (let from = 0; from < ids.length; from += manyIds) {
      const some = ids.slice(from, from + manyIds)
      rows.push(...(await this.#testbed.sql(`${statement} (${some.map(() => '?').join(', ')})`, some)))
    }
    return rows
  }
}

import { DatabaseSync } from 'node:sqlite'
import type { LedgerLine } from './books.ts'
import type { ToldEvent } from './stream.ts'

/**
 * The gateway's database from outside: a connection of its own, plain SQL, none of the gateway's code. Short
 * reads only, each with a connection that is closed again.
 */
export class GatewayDatabase {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** Notifications that are not finished. */
  waiting(): number {
    return this.#count("SELECT count(*) AS n FROM notification WHERE state = 'waiting'")
  }

  notifications(): number {
    return this.#count('SELECT count(*) AS n FROM notification')
  }

  /** Notifications that need a person, with their reasons. */
  dead(): readonly string[] {
    return this.#read((database) =>
      database
        .prepare("SELECT code, reason FROM notification WHERE state = 'dead'")
        .all()
        .map(({ code, reason }) => `${String(code)}: ${String(reason)}`),
    )
  }

  /** What the ledger says of every mail. */
  ledger(): (event: ToldEvent) => LedgerLine {
    const rows = this.#read((database) =>
      database
        .prepare(
          `SELECT e.ses_message_id AS id, e.recipient,
             (SELECT count(*) FROM effect f WHERE f.event_id = e.id AND f.state = 'uncertain') AS uncertain
           FROM mail_event e`,
        )
        .all(),
    )
    const lines = new Map<string, { entries: number; uncertain: boolean }>()
    for (const row of rows) {
      const key = `${String(row['id'])} ${String(row['recipient'])}`
      const line = lines.get(key) ?? { entries: 0, uncertain: false }
      lines.set(key, { entries: line.entries + 1, uncertain: line.uncertain || Number(row['uncertain']) > 0 })
    }
    return ({ mail, person }) => lines.get(`${mail.messageId} ${person.email}`) ?? { entries: 0, uncertain: false }
  }

  /** Queue rows of the bounces in the call that was begun last; empty where its outcome is known. */
  callUnderWay(): readonly number[] {
    return this.#read((database) =>
      database
        .prepare(
          `SELECT effect ->> '$.reference.queueId' AS queueId FROM effect
           WHERE state = 'calling' AND kind = 'bounce'
             AND call_id = (SELECT call_id FROM effect WHERE state = 'calling' ORDER BY called_at DESC, id DESC LIMIT 1)`,
        )
        .all()
        .map(({ queueId }) => Number(queueId)),
    )
  }

  /** Effects that were resolved by a look at the CRM after a crash: found there, or not. */
  looks(): { readonly found: number } {
    return { found: this.#count("SELECT count(*) AS n FROM effect WHERE answer LIKE 'found in CiviCRM%'") }
  }

  #count(sql: string): number {
    return this.#read((database) => Number(database.prepare(sql).get()?.['n']))
  }

  #read<T>(work: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(this.#file, { readOnly: true, timeout: 2000 })
    try {
      return work(database)
    } finally {
      database.close()
    }
  }
}

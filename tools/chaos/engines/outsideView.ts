import type { LedgerLine } from '../books.ts'
import type { ToldEvent } from '../stream.ts'

export type Row = Readonly<Record<string, unknown>>

/** Runs one reading statement on a connection of its own. */
export type Select = (sql: string) => Promise<readonly Row[]>

/** How the engine's SQL takes a text out of a JSON column, by the names on the way to it. */
export type JsonText = (column: string, ...names: readonly string[]) => string

/** The gateway's database from outside: plain SQL, none of the gateway's code. Short reads only. */
export class OutsideView {
  readonly select: Select
  readonly #jsonText: JsonText

  constructor(select: Select, jsonText: JsonText) {
    this.select = select
    this.#jsonText = jsonText
  }

  /** Notifications that are not finished. */
  async waiting(): Promise<number> {
    return this.#count("SELECT count(*) AS n FROM notification WHERE state = 'waiting'")
  }

  /** Notifications that need a person, with their reasons. */
  async dead(): Promise<readonly string[]> {
    const rows = await this.select("SELECT code, reason FROM notification WHERE state = 'dead'")
    return rows.map(({ code, reason }) => `${String(code)}: ${String(reason)}`)
  }

  /** What the ledger says of every mail. */
  async ledger(): Promise<(event: ToldEvent) => LedgerLine> {
    const rows = await this.select(
      `SELECT e.ses_message_id AS id, e.recipient,
         (SELECT count(*) FROM effect f WHERE f.event_id = e.id AND f.state = 'uncertain') AS uncertain
       FROM mail_event e`,
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
  async callUnderWay(): Promise<readonly number[]> {
    const rows = await this.select(
      `SELECT ${this.#jsonText('effect', 'reference', 'queueId')} AS id FROM effect
       WHERE state = 'calling' AND kind = 'bounce'
         AND call_id = (SELECT call_id FROM effect WHERE state = 'calling' ORDER BY called_at DESC, id DESC LIMIT 1)`,
    )
    return rows.map(({ id }) => Number(id))
  }

  /** Effects that were resolved by a look at the CRM after a crash, and found done there. */
  async foundByLook(): Promise<number> {
    return this.#count("SELECT count(*) AS n FROM effect WHERE answer LIKE 'found in CiviCRM%'")
  }

  async #count(sql: string): Promise<number> {
    const [row] = await this.select(sql)
    return Number(row?.['n'])
  }
}

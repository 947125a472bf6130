import { rowText } from '../installation/fingerprint.ts'
import type { Place } from '../installation/place.ts'
import {
  type ColumnKind,
  type Key,
  keyOf,
  type Row,
  type Table,
  tableNamed,
  tables,
  type Value,
} from '../installation/tables.ts'
import { isPackedColumn, packJson } from '../ledger/packing/packedJson.ts'
import { seededRandom } from '../simulator/random.ts'

/** Runs one statement as a gateway would: on a connection of its own, with references between tables watched. */
export type Execute = (sql: string) => Promise<unknown>

/** Columns that refer to rows of another table. */
const references: Readonly<Record<string, string>> = {
  'notification_message.id': 'notification',
  'event_facts.event_id': 'mail_event',
  'effect.event_id': 'mail_event',
  'sighting.event_id': 'mail_event',
  'undone_effect.effect_id': 'effect',
  'undone_effect.undo_id': 'undo',
  'contact_email.contact_id': 'contact',
  'mailing_queue.mailing_id': 'mailing',
  'mailing_queue.contact_id': 'contact',
  'mailing_queue.email_id': 'contact_email',
  'mailing_bounce.queue_id': 'mailing_queue',
}

/** Columns that hold one of a few words or numbers. */
const choices: Readonly<Record<string, readonly Value[]>> = {
  'notification.state': ['waiting', 'recorded', 'dead'],
  'notification.owner': [null],
  'confirmation.state': ['pending', 'due', 'confirmed', 'failed'],
  'effect.state': ['planned', 'calling', 'done', 'refused', 'watched', 'uncertain'],
  'undone_effect.state': ['begun', 'done', 'left'],
  'release.form': ['reset', 'half'],
  'release.origin': ['civicrm', 'undo'],
  'suppression_removal.origin': ['undo', 'civicrm'],
  'suppression_removal.state': ['wanted', 'removed', 'absent', 'failed'],
  'contact_email.on_hold': [0, 1, 2],
}

/** Columns of the tables above that must hold something, whatever the random says, are those of a key or a reference. */
const nullable: ReadonlySet<string> = new Set([
  'notification.settled_at',
  'notification.code',
  'notification.reason',
  'notification_message.published_at',
  'mail_event.occurred_at',
  'mail_event.reference',
  'effect.address',
  'effect.answer',
  'contact_email.hold_date',
  'alarm.ended_at',
])

const awkward = ['', "it's", 'naïve ☃ 𝄞', '{"a":"\\u0000 \\" "}', 'line\nbreak\ttab', '\\x00', 'ＦＦ\uFFFD']

/**
 * Writes rows into every table of a place, changes and removes some, at random but the same for the same seed; on
 * either engine with the same statements.
 */
export class InstallationWriter {
  readonly #execute: Execute
  readonly #random
  readonly #ids = new Map<string, number[]>()
  #serial = 0

  constructor(execute: Execute, seed = 'writer') {
    this.#execute = execute
    this.#random = seededRandom(seed)
  }

  /** @param rows for each table */
  async fill(rows: number): Promise<void> {
    for (const table of tables) for (let index = 0; index < rows; index += 1) await this.#insert(table)
  }

  /** Some inserts, updates and deletes, as a busy gateway makes them. */
  async change(statements: number): Promise<void> {
    for (let index = 0; index < statements; index += 1) {
      const table = this.#one(tables)
      const act = this.#random()
      if (act < 0.5) await this.#insert(table)
      else if (act < 0.8) await this.#update(table)
      else await this.#remove(table)
    }
  }

  async #insert(table: Table): Promise<void> {
    this.#serial += 1
    const parents: string[] = []
    const values: string[] = []
    for (const { name, kind } of table.columns) {
      const referred = references[`${table.name}.${name}`]
      const ids = referred === undefined ? [] : (this.#ids.get(referred) ?? [])
      if (referred !== undefined && ids.length === 0) return
      const value = referred === undefined ? this.#value(table, name, kind) : this.#one(ids)
      values.push(literal(value))
      // A cascade may have taken it: then nothing is inserted.
      if (referred !== undefined) parents.push(`EXISTS (SELECT 1 FROM "${referred}" WHERE id = ${String(value)})`)
    }
    const columns = table.columns.map(({ name }) => `"${name}"`).join(', ')
    await this.#execute(
      `INSERT INTO "${table.name}" (${columns}) SELECT ${values.join(', ')}
       WHERE ${['1 = 1', ...parents].join(' AND ')} ON CONFLICT DO NOTHING`,
    )
    if (table.columns[0]?.name === 'id' && table.columns[0].kind === 'integer')
      this.#ids.set(table.name, [...(this.#ids.get(table.name) ?? []), this.#serial])
  }

  async #update(table: Table): Promise<void> {
    const rest = table.columns.filter(
      (column) =>
        !table.key.includes(column) && column.kind !== 'bytes' && !(`${table.name}.${column.name}` in references),
    )
    const column = rest.length === 0 ? undefined : this.#one(rest)
    const chosen = this.#oldRow(table)
    if (column === undefined || chosen === null || column.name === 'marker') return
    const value = literal(this.#value(table, column.name, column.kind))
    await this.#execute(`UPDATE "${table.name}" SET "${column.name}" = ${value} WHERE ${chosen}`)
  }

  async #remove(table: Table): Promise<void> {
    // What others refer to without a cascade stays.
    if (table.name === 'undo') return
    const chosen = this.#oldRow(table)
    if (chosen !== null) await this.#execute(`DELETE FROM "${table.name}" WHERE ${chosen}`)
  }

  /** A condition that at most one row meets. */
  #oldRow(table: Table): string | null {
    const [first] = table.key
    if (first === undefined) return null
    if (first.kind === 'text') {
      const key = table.key.map(({ name }) => `"${name}"`).join(', ')
      return `(${key}) IN (SELECT ${key} FROM "${table.name}" ORDER BY ${key} LIMIT 1)`
    }
    const referred = references[`${table.name}.${first.name}`] ?? table.name
    const ids = this.#ids.get(referred) ?? []
    if (ids.length === 0) return null
    return `"${first.name}" = ${this.#one(ids)}`
  }

  #value(table: Table, name: string, kind: ColumnKind): Value {
    const column = `${table.name}.${name}`
    const words = choices[column]
    if (words !== undefined) return this.#one(words)
    if (nullable.has(column) && this.#random() < 0.5) return null
    if (isPackedColumn(name)) return packJson(name, JSON.stringify({ [name]: `${this.#serial} ${this.#one(awkward)}` }))
    if (kind === 'bytes') return Buffer.from(`${table.name}/${name}/${this.#serial}/\0\u00FF`, 'latin1')
    if (kind === 'integer')
      return table.key[0]?.name === name || name === 'dated' ? this.#serial : Math.floor(this.#random() * 2 ** 31)
    return `${name} ${this.#serial} ${this.#one(awkward)}`
  }

  #one<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)]
    if (item === undefined) throw new Error('there is nothing to choose from')
    return item
  }
}

/** What both engines read alike, but for bytes. */
function literal(value: Value): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  return value instanceof Uint8Array ? `BYTES${Buffer.from(value).toString('hex')}` : `'${value.replaceAll("'", "''")}'`
}

/** Bytes are written down differently. */
export function inSqlite(sql: string): string {
  return sql.replaceAll(/BYTES([0-9a-f]*)/g, "x'$1'")
}

export function inPostgres(sql: string): string {
  return sql.replaceAll(/BYTES([0-9a-f]*)/g, "'\\x$1'::bytea")
}

/** Everything that a place holds, as text by table and key, to be compared with another one. */
export async function contentOf(place: Place): Promise<Readonly<Record<string, readonly string[]>>> {
  return place.look(async (look) => {
    const content: Record<string, readonly string[]> = {}
    for (const table of tables) {
      const rows: Row[] = []
      let after: Key | null = null
      do {
        const some: readonly Row[] = await look.rowsAfter(table, after, 100)
        rows.push(...some)
        const last = some.at(-1)
        after = last === undefined ? null : keyOf(table, last)
      } while (after !== null)
      content[table.name] = rows.map((row) => rowText(row))
    }
    return content
  })
}

/** The highest ids ever given out. */
export async function lastIdsOf(place: Place): Promise<Readonly<Record<string, number>>> {
  return place.look(async (look) => {
    const ids: Record<string, number> = {}
    for (const { name, numbered } of tables) if (numbered) ids[name] = await look.lastId(tableNamed(name))
    return ids
  })
}

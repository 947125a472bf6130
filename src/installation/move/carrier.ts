import { GatewayError } from '../../errors/gatewayError.ts'
import { Fingerprint, fingerprintOf } from '../fingerprint.ts'
import { type Arrival, arrivalSchema, parseNote, type Tally } from '../notes.ts'
import type { Change, FollowedChange, Look, Place } from '../place.ts'
import { compareKeys, type Key, keyOf, type Row, type Table, tableNamed, tables } from '../tables.ts'

/** Entries of the log of changes that are carried over at a time, and rows of a table that are written at a time. */
const changesAtATime = 20_000
const keysAtATime = 500

/** About as many bytes travel at a time, so that memory stays small whatever the rows hold. */
const bytesAtATime = 2 * 1024 * 1024
const [fewestRows, firstRows] = [20, 200] as const

export interface Pieces {
  /** Rows that are read and written at a time, at most. */
  readonly mostRows: number
  /** For how long rows are carried within one look: then it is time for what has changed meanwhile. */
  readonly lookMs: number
}

export interface CarrierParts {
  readonly from: Place
  readonly to: Place
  /** As it is noted in the new place. */
  readonly arrival: Arrival
  /** Milliseconds from any moment. */
  readonly elapsed: () => number
  readonly signal: AbortSignal
  readonly pieces: Pieces
}

/**
 * Carries rows from one place to another while the old one changes. Triggers there log the key of every row that is
 * written. Each look at the old place is of one moment:
 *
 * 1. rows whose keys are in the log are written anew, or removed, as far as their table has been carried over;
 * 2. then the next rows of the table that is being carried over.
 *
 * So after each look the new place holds what the old one held at that moment, up to a table and a key: the
 * *frontier*. What was written beyond it needs no log: it comes with its table. The frontier, counts and fingerprints
 * are noted in the new place in the transaction of the rows, so that it can break off anywhere; what was logged is
 * forgotten only after it was carried over, and carried over once more it changes nothing.
 *
 * Every piece is read again from the new place and compared before it is committed.
 */
export class Carrier {
  readonly #parts: CarrierParts
  #arrival: Arrival
  #rowsAtATime: number
  /** Rows written since it began. */
  carried = 0

  constructor(parts: CarrierParts) {
    this.#parts = parts
    this.#arrival = parts.arrival
    this.#rowsAtATime = this.#within(firstRows)
  }

  get arrival(): Arrival {
    return this.#arrival
  }

  /** Where it is; null: every table has been carried over. */
  get table(): Table | null {
    return tables[this.#arrival.table] ?? null
  }

  /**
   * One look, and all that is to be done for it.
   * @returns how many changes it met; those of a busy gateway never end
   * @throws GatewayError MOVE_DIFFERS, MOVE_OVERTAKEN, STORAGE_…
   */
  async step(): Promise<number> {
    const { from, elapsed, signal, pieces } = this.#parts
    const changes = await from.look(async (look) => {
      const logged = await look.changes(changesAtATime)
      await this.#carryChanges(look, logged)
      // Beyond a log that was not read to its end the two places are of different moments.
      if (logged.length === changesAtATime) return logged
      const since = elapsed()
      while (this.table !== null && !signal.aborted) {
        await this.#carryOn(look, this.table)
        if (elapsed() - since >= pieces.lookMs) break
      }
      return logged
    })
    if (changes.length > 0) await from.change(async (change) => change.forget(changes))
    return changes.length
  }

  /** After something failed of which nobody knows whether it was written. @throws GatewayError MOVE_OVERTAKEN, STORAGE_… */
  async recall(): Promise<void> {
    this.#arrival = await this.#parts.to.look(async (look) => this.#noted(look))
  }

  /** As a step, in the transaction that nobody writes beside. */
  async carryRest(change: Change): Promise<void> {
    for (;;) {
      const logged = await change.changes(changesAtATime)
      if (logged.length === 0) return
      await this.#carryChanges(change, logged)
      await change.forget(logged)
    }
  }

  /**
   * Compares both places with what was counted row by row, at one moment of the old one.
   * @returns false where more had changed until then than one look takes in
   * @throws GatewayError MOVE_DIFFERS
   */
  async compare(): Promise<boolean> {
    const { from, to } = this.#parts
    return from.look(async (look) => {
      const logged = await look.changes(changesAtATime)
      if (logged.length === changesAtATime) return false
      await this.#carryChanges(look, logged)
      for (const table of tables) {
        const tally = this.#tally(table)
        const [here, there] = [await look.count(table), await to.look(async (other) => other.count(table))]
        if (here !== there || here !== tally.rows)
          throw differs(table, `${here} rows in ${from.address}, ${there} in ${to.address}, ${tally.rows} carried`)
        if (tally.from !== tally.to) throw differs(table, `the hashes are ${tally.from} and ${tally.to}`)
      }
      return true
    })
  }

  /** @throws GatewayError MOVE_DIFFERS */
  async complete(): Promise<void> {
    for (const table of tables) {
      const tally = this.#tally(table)
      if (tally.from !== tally.to) throw differs(table, `the hashes are ${tally.from} and ${tally.to}`)
    }
    await this.#note(async () => ({ ...this.#arrival, complete: true }))
  }

  async #carryChanges(look: Look, changes: readonly FollowedChange[]): Promise<void> {
    for (const [table, keys] of this.#withinFrontier(changes))
      for (let start = 0; start < keys.length; start += keysAtATime) {
        const some = keys.slice(start, start + keysAtATime)
        await this.#write(table, some, await look.rowsOf(table, some))
      }
  }

  /** The keys of each table in the order of their first change: what took another one's place comes after it. */
  #withinFrontier(changes: readonly FollowedChange[]): ReadonlyMap<Table, readonly Key[]> {
    const { table: at, after } = this.#arrival
    const keys = new Map<Table, Map<string, Key>>()
    for (const { table: name, key } of changes) {
      const table = tableNamed(name)
      const index = tables.indexOf(table)
      if (index > at || (index === at && (after === null || compareKeys(key, after) > 0))) continue
      const known = keys.get(table) ?? new Map<string, Key>()
      keys.set(table, known)
      known.set(JSON.stringify(key), key)
    }
    return new Map([...keys].map(([table, known]) => [table, [...known.values()]]))
  }

  async #carryOn(look: Look, table: Table): Promise<void> {
    const rows = await look.rowsAfter(table, this.#arrival.after, this.#rowsAtATime)
    const last = rows.at(-1)
    const isOver = rows.length < this.#rowsAtATime
    const frontier =
      last === undefined || isOver
        ? { table: this.#arrival.table + 1, after: null }
        : { table: this.#arrival.table, after: [...keyOf(table, last)] }
    const bytes = await this.#write(table, [], rows, frontier)
    const fitting = bytes === 0 ? firstRows : Math.round((rows.length * bytesAtATime) / bytes)
    this.#rowsAtATime = this.#within(isOver ? firstRows : Math.max(fewestRows, fitting))
  }

  #within(rows: number): number {
    return Math.min(this.#parts.pieces.mostRows, rows)
  }

  /**
   * Writes rows, and removes those of the keys that are no longer there.
   * @param keys of rows that may be in the new place already
   * @returns about how many bytes travelled
   */
  async #write(
    table: Table,
    keys: readonly Key[],
    rows: readonly Row[],
    frontier: Partial<Pick<Arrival, 'table' | 'after'>> = {},
  ): Promise<number> {
    const sent = fingerprintOf(rows)
    const rowKeys = rows.map((row) => keyOf(table, row))
    const present = new Set(rowKeys.map((key) => JSON.stringify(key)))
    await this.#note(async (change) => {
      const before = await change.rowsOf(table, keys)
      await change.remove(
        table,
        keys.filter((key) => !present.has(JSON.stringify(key))),
      )
      await change.put(table, rows)
      const stored = await change.rowsOf(table, rowKeys)
      const received = fingerprintOf(stored)
      if (stored.length !== rows.length || received.hex !== sent.hex)
        throw differs(table, `of ${rows.length} rows ${stored.length} were read again, or not as they were written`)
      const tally = this.#tally(table)
      const replaced = fingerprintOf(before)
      const next: Tally = {
        rows: tally.rows + rows.length - before.length,
        from: combined(tally.from, replaced, sent),
        to: combined(tally.to, replaced, received),
      }
      return { ...this.#arrival, ...frontier, tallies: { ...this.#arrival.tallies, [table.name]: next } }
    })
    this.carried += rows.length
    return rows.reduce((sum, row) => sum + sizeOf(row), 0)
  }

  #tally(table: Table): Tally {
    return this.#arrival.tallies[table.name] ?? { rows: 0, from: new Fingerprint().hex, to: new Fingerprint().hex }
  }

  /** Writes the note in the transaction of the work, unless another run has taken over. */
  async #note(work: (change: Change) => Promise<Arrival>): Promise<void> {
    this.#arrival = await this.#parts.to.change(async (change) => {
      await this.#noted(change)
      const arrival = await work(change)
      await change.setNote('arrival', JSON.stringify(arrival))
      return arrival
    })
  }

  async #noted(look: Look): Promise<Arrival> {
    const found = parseNote(arrivalSchema, 'arrival', await look.note('arrival'))
    if (found?.run === this.#arrival.run) return found
    const { address } = this.#parts.to
    throw new GatewayError('MOVE_OVERTAKEN', `another move to ${address} has taken over, or was given up`)
  }
}

function combined(hex: string, ...others: readonly Fingerprint[]): string {
  const sum = new Fingerprint(hex)
  for (const other of others) sum.combine(other)
  return sum.hex
}

/** Characters count as bytes: it is for the size of the next piece only. */
function sizeOf(row: Row): number {
  return row.reduce<number>((sum, value) => sum + (value === null || typeof value === 'number' ? 8 : value.length), 0)
}

function differs(table: Table, what: string): GatewayError {
  return new GatewayError('MOVE_DIFFERS', `the table ${table.name} differs in the two places: ${what}`)
}

import type { NoteName } from './notes.ts'
import type { Key, Row, Table } from './tables.ts'

/** An entry of the log of changes: a row of a table that was written since the log was begun. */
export interface FollowedChange {
  readonly seq: number
  readonly table: string
  readonly key: Key
}

/** Reads the state of one moment. */
export interface Look {
  note(name: NoteName): Promise<string | null>
  /** In the order of the key. */
  rowsAfter(table: Table, after: Key | null, limit: number): Promise<readonly Row[]>
  /** Those of them that are there, in any order. */
  rowsOf(table: Table, keys: readonly Key[]): Promise<readonly Row[]>
  /** Exact, so it takes a moment in a great table. */
  count(table: Table): Promise<number>
  isEmpty(table: Table): Promise<boolean>
  /** About as many rows as there are, at once: for those who wait. */
  size(table: Table): Promise<number>
  /** The highest id ever given out; of numbered tables only. */
  lastId(table: Table): Promise<number>
  /** The oldest entries of the log of changes. */
  changes(limit: number): Promise<readonly FollowedChange[]>
  /** Effects whose call is under way. */
  callsUnderWay(): Promise<number>
}

/** Changes a place, whole or not at all. */
export interface Change extends Look {
  setNote(name: NoteName, value: string | null): Promise<void>
  /** Adds rows, or writes them anew. */
  put(table: Table, rows: readonly Row[]): Promise<void>
  remove(table: Table, keys: readonly Key[]): Promise<void>
  setLastId(table: Table, id: number): Promise<void>
  forget(changes: readonly FollowedChange[]): Promise<void>
  /** From now on every change of a table is logged. Repeated, it changes nothing. */
  follow(): Promise<void>
  unfollow(): Promise<void>
  /** From now on every write of a table fails, in whatever process, until {@link admitWrites}. */
  refuseWrites(reason: string): Promise<void>
  admitWrites(): Promise<void>
  /** Removes every row of every table. */
  clear(): Promise<void>
  /** References between tables are not watched while rows arrive in any order; `rejoin` watches them again. */
  separate(): Promise<void>
  rejoin(): Promise<void>
}

/**
 * A place as those see it who carry, back up or restore a whole installation: beside a gateway that works on it, and
 * without knowing what the rows mean. One caller at a time.
 */
export interface Place {
  readonly engine: 'SQLite' | 'PostgreSQL'
  /** For people: without a password. */
  readonly address: string
  /** `work` may take long: nobody waits for it. */
  look<Result>(work: (look: Look) => Promise<Result>): Promise<Result>
  change<Result>(work: (change: Change) => Promise<Result>): Promise<Result>
  /** As `change`, and nobody else writes from its beginning to its end: writes of the gateway fail or wait. */
  alone<Result>(work: (change: Change) => Promise<Result>): Promise<Result>
  /**
   * From now on until the function is called that it returns, nothing here takes longer than `ms` altogether: what is under
   * way then fails (STORAGE_UNAVAILABLE), whatever the engine waits for. Of a commit that is under way nobody knows.
   */
  limit(ms: number): () => void
  /** Gateways that live on this place now; of a data folder its lock tells. */
  livingInstances(): Promise<readonly string[]>
  /** After `rejoin`: what takes long, and needs nobody to wait. */
  afterRejoining(): Promise<void>
  /** Whether the content is sound, as far as the engine can say by itself; else what is wrong. */
  examine(): Promise<readonly string[]>
  close(): Promise<void>
}

import type { DatabaseSync } from 'node:sqlite'

/** What node:sqlite stores as it is. A Date or an object as only parameter would silently become NULL. */
export type SqlValue = string | number | null | Uint8Array

/** A prepared statement whose rows have a known shape; its SQL stands beside the code that reads them. */
export interface Statement<Row> {
  all(...values: readonly SqlValue[]): Row[]
  get(...values: readonly SqlValue[]): Row | undefined
  /** `changes` leaves out what triggers did. */
  run(...values: readonly SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number }
}

/**
 * Prepares a statement. The types are the caller's word: tables are STRICT, so a column holds what its
 * declaration says, and integers stay below 2^53 (ids, epoch milliseconds).
 */
export function prepare<Row = never>(connection: DatabaseSync, sql: string): Statement<Row> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where SQL meets types
  return connection.prepare(sql) as unknown as Statement<Row>
}

/** First column of the first row, as a number. */
export function numberOf(connection: DatabaseSync, sql: string): number {
  return Number(Object.values(connection.prepare(sql).get() ?? {})[0])
}

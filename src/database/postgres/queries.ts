/** What PostgreSQL is handed. Bytes travel in binary; a NUL in a text, which PostgreSQL cannot hold, becomes U+FFFD. */
export type SqlValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (string | number | boolean | null | Uint8Array)[]

/**
 * Asks the database, one statement at a time. Each SQL text is prepared once for each connection and known by
 * it from then on, so texts are constants; what is put together anew goes through {@link Queries.queryAdHoc}.
 *
 * Rows come with bigint as number (ids, epoch milliseconds and counts stay below 2^53), bytea as Uint8Array
 * and everything else as `pg` reads it. `sum()` of a bigint is a numeric, which comes as text: cast it.
 *
 * @throws GatewayError STORAGE_UNAVAILABLE where the server, the network or the disk is at fault
 */
export interface Queries {
  query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>
  /** Rows that were inserted, changed or removed. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>
  /** Planned anew each time, by the values given: for searches whose best way depends on them. */
  queryAdHoc<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>
}

export interface Transaction extends Queries {
  /** Several statements in one text, without values and without a limit of time: for migrations. */
  script(sql: string): Promise<void>
}

import type { CopiedRow } from './copies.ts'
import type { NumberedTable } from './tables.ts'

/** The database that is filled, in the SQL of its engine. Nobody else writes to it meanwhile. */
export interface FillTarget {
  /** The highest id that a table has given out. */
  lastId(table: NumberedTable): Promise<number>
  /** Writes all of them or none. */
  write(rows: readonly CopiedRow[]): Promise<void>
  /** Leaves everything as after an ordinary life: ids continue, figures for the planner are there. */
  finish(): Promise<void>
  close(): Promise<void>
}

/** Rows by their table, in the order in which the tables come first. */
export function byTable(rows: readonly CopiedRow[]): ReadonlyMap<CopiedRow['table'], readonly CopiedRow['row'][]> {
  const grouped = Map.groupBy(rows, ({ table }) => table)
  return new Map([...grouped].map(([table, some]) => [table, some.map(({ row }) => row)]))
}

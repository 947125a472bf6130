import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { runAdmin } from '../../src/testing/postgresServer.ts'

/** Where the installation is kept. */
export type Home = { readonly folder: string } | { readonly databaseUrl: string }

export type SqlRow = Readonly<Record<string, unknown>>

/** A statement that only reads, on a connection of its own, by none of the gateway's code. Both engines take the same SQL. */
export async function select(home: Home, sql: string): Promise<readonly SqlRow[]> {
  if ('databaseUrl' in home) {
    // oxlint-disable-next-line no-unsafe-type-assertion -- rows are objects by column
    return (await runAdmin(home.databaseUrl, sql)) as readonly SqlRow[]
  }
  // Closed again: an open connection would keep the log from being reset.
  const database = new DatabaseSync(path.join(home.folder, 'civicrm-ses.db'), { readOnly: true, timeout: 10_000 })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

/** The one number that a statement gives as `n`. */
export async function selectNumber(home: Home, sql: string): Promise<number> {
  const [row] = await select(home, sql)
  return Number(row?.['n'] ?? 0)
}

import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

export interface Write {
  readonly id: string
  readonly raw: Buffer
  /** Called when it is on disk. */
  readonly done: () => void
}

/** Keeps a message, together with those that come in the same moment. */
export type Keep = (write: Write) => void

/** The barest table in a file, or in a PostgreSQL database where it is an address. */
export async function keepIn(database: string): Promise<Keep> {
  return database.startsWith('postgres') ? keepInPostgres(database) : keepInSqlite(database)
}

function keepInSqlite(file: string): Keep {
  const database = new DatabaseSync(file)
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE message (id TEXT PRIMARY KEY, raw BLOB NOT NULL);
  `)
  const insert = database.prepare('INSERT OR IGNORE INTO message VALUES (?, ?)')
  let waiting: Write[] = []
  const commitAll = (): void => {
    const group = waiting
    waiting = []
    database.exec('BEGIN IMMEDIATE')
    for (const { id, raw } of group) insert.run(id, raw)
    database.exec('COMMIT')
    for (const { done } of group) done()
  }
  return (write) => {
    if (waiting.length === 0) setImmediate(commitAll)
    waiting.push(write)
  }
}

/** While one group is on its way the next one gathers; bodies travel as one value in binary, as fast as can be. */
async function keepInPostgres(url: string): Promise<Keep> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('CREATE TABLE IF NOT EXISTS message (id text PRIMARY KEY, raw bytea NOT NULL)')
  const text = `
    INSERT INTO message (id, raw)
    SELECT id, substring($4::bytea FROM start FOR length)
    FROM unnest($1::text[], $2::integer[], $3::integer[]) AS t (id, start, length)
    ON CONFLICT DO NOTHING`
  let waiting: Write[] = []
  let isBusy = false
  const commitAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      let start = 1
      const starts = group.map(({ raw }) => {
        start += raw.length
        return start - raw.length
      })
      await client.query({
        name: 'keep',
        text,
        values: [
          group.map(({ id }) => id),
          starts,
          group.map(({ raw }) => raw.length),
          Buffer.concat(group.map(({ raw }) => raw)),
        ],
      })
      for (const { done } of group) done()
    }
    isBusy = false
  }
  return (write) => {
    waiting.push(write)
    if (isBusy) return
    isBusy = true
    setImmediate(() => void commitAll())
  }
}

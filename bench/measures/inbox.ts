import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SqliteDatabase } from '../../src/database/sqlite/database.ts'
import { migrate } from '../../src/database/sqlite/migrate.ts'
import { migrations } from '../../src/database/sqlite/migrations/index.ts'
import type { Inbox } from '../../src/inbox/inbox.ts'
import { sqliteInbox } from '../../src/inbox/sqlite/inbox.ts'
import { notification } from '../../src/testing/notifications.ts'
import { alternate, median, medianRatio } from '../harness/alternate.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'

/** SNS's envelope around a SES bounce with headers is about that long. */
const raw = new Uint8Array(3000).fill(0x61)

/** Accepts that share a commit. */
const atOnce = 50

/** What group commit is worth: the embedded inbox, message by message and many at once, and SQLite alone. */
export const groupCommit: Measure = {
  name: 'inbox',
  about: 'notifications stored durably by the embedded inbox',
  missing: async () => null,
  run: measure,
}

async function measure({ quick }: MeasureOptions): Promise<readonly Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(async () => rm(folder, { recursive: true, force: true }))
  const database = new SqliteDatabase(path.join(folder, 'inbox.db'))
  stack.defer(async () => database.close())
  const { error } = migrate(database.connection, migrations)
  if (error !== null) throw error
  const inbox = sqliteInbox(database)
  const insertAlone = bareSqlite(path.join(folder, 'bare.db'))
  const roundMs = quick ? 300 : 1500
  const figures = await alternate(
    {
      single: async () => accepted(inbox, 1, roundMs),
      grouped: async () => accepted(inbox, atOnce, roundMs),
      bare: async () => insertAlone(roundMs),
    },
    quick ? 3 : 9,
  )
  const against = (what: string, name: 'single' | 'bare'): Figure => ({
    what: `storing ${atOnce} notifications at once, against ${what}`,
    value: medianRatio(figures('grouped'), figures(name)),
    unit: 'ratio',
    demand: null,
    from: `${median(figures('grouped')).toFixed(0)} against ${median(figures(name)).toFixed(0)} a second`,
  })
  return [against('one after the other', 'single'), against('bare SQLite, as many to a synced commit', 'bare')]
}

/** So many at once, each followed by the next. @returns notifications a second */
async function accepted(inbox: Inbox, chains: number, ms: number): Promise<number> {
  let done = 0
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: chains }, async () => {
      while (performance.now() - begun < ms) {
        await inbox.accept(notification(0, { messageId: randomUUID(), raw }))
        done += 1
      }
    }),
  )
  return done / ((performance.now() - begun) / 1000)
}

/** The same bytes and a unique id in one table. */
function bareSqlite(file: string): (ms: number) => number {
  const connection = new DatabaseSync(file)
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  connection.exec('CREATE TABLE message (id INTEGER PRIMARY KEY, message_id TEXT UNIQUE, raw BLOB)')
  const insert = connection.prepare('INSERT INTO message (message_id, raw) VALUES (?, ?)')
  return (ms) => {
    let done = 0
    const begun = performance.now()
    while (performance.now() - begun < ms) {
      connection.exec('BEGIN')
      for (let row = 0; row < atOnce; row += 1) insert.run(randomUUID(), raw)
      connection.exec('COMMIT')
      done += atOnce
    }
    return done / ((performance.now() - begun) / 1000)
  }
}

import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { numberOf, type Statement } from '../../database/sqlite/statement.ts'
import { makingNameless } from '../../ledger/sqlite/nameless.ts'
import { retentionKinds, retentionKindNames, type RetentionKind } from '../kinds.ts'
import type { RetentionMark, RetentionProgress, RetentionRow, RetentionStore } from '../retentionStore.ts'
import { noProgress } from '../retentionStore.ts'
import { type NamesOf, unfinishedStates } from '../unfinished.ts'
import { looks, removals } from './statements.ts'

/** Free pages are used again by what comes; only what many days would not use is given back to the disk. */
const leastFreeShare = 0.25
const leastFreePages = 16_384

/** Pages of 4 KiB moved in one go: some milliseconds. */
const pagesAtOnce = 64

interface Row extends RetentionMark {
  readonly isDue: 0 | 1
}

interface StoredProgress {
  readonly markAt: number | null
  readonly markId: number | null
  readonly begunAt: number
  readonly endedAt: number | null
  readonly removedAt: number | null
  readonly removed: number
}

export function sqliteRetentionStore(database: SqliteDatabase, { pseudonyms }: NamesOf): RetentionStore {
  const makeNameless = makingNameless(database)
  const look = prepared((kind) => database.prepare<Row>(looks[kind]))
  const remove = prepared((kind) => {
    const sql = removals[kind]
    return sql === null ? null : database.prepare(sql)
  })
  const readProgress = database.prepare<StoredProgress>(`
    SELECT mark_at AS markAt, mark_id AS markId, begun_at AS begunAt, ended_at AS endedAt, removed_at AS removedAt,
      removed
    FROM retention WHERE kind = ?
  `)
  const writeProgress = database.prepare(`
    INSERT INTO retention (kind, mark_at, mark_id, begun_at, ended_at, removed_at, removed)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind) DO UPDATE SET mark_at = excluded.mark_at, mark_id = excluded.mark_id,
      begun_at = excluded.begun_at, ended_at = excluded.ended_at, removed_at = excluded.removed_at,
      removed = excluded.removed
  `)

  return {
    look: async (kind, { before, after, limit }) =>
      database.read(() => {
        const rows = look[kind].all(after?.at ?? -1, after?.id ?? -1, before, limit)
        return rows.map(({ isDue, ...mark }): RetentionRow => ({ ...mark, isDue: isDue === 1 }))
      }),

    remove: async (kind, ids, before) => {
      if (retentionKinds[kind].removes === 'names') {
        const known = pseudonyms()
        if (known === null) return 0
        return database.commit(() => makeNameless(ids, unfinishedStates, known).length)
      }
      return database.commit(() => remove[kind]?.run(before, JSON.stringify(ids)).changes ?? 0)
    },

    progress: async (kind) => {
      const row = database.read(() => readProgress.get(kind))
      if (row === undefined) return noProgress
      const { markAt, markId, ...rest } = row
      return { ...rest, mark: markAt === null || markId === null ? null : { at: markAt, id: markId } }
    },

    saveProgress: async (kind, { mark, begunAt, endedAt, removedAt, removed }: RetentionProgress) => {
      await database.commit(() =>
        writeProgress.run(kind, mark?.at ?? null, mark?.id ?? null, begunAt, endedAt, removedAt, removed),
      )
    },

    giveBack: async () => {
      const pages = numberOf(database.connection, 'PRAGMA page_count')
      const free = numberOf(database.connection, 'PRAGMA freelist_count')
      if (free < leastFreePages || free < pages * leastFreeShare) return false
      await database.commit(() => database.connection.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`))
      return true
    },
  }
}

function prepared<Value extends Statement<Row> | ReturnType<SqliteDatabase['prepare']> | null>(
  one: (kind: RetentionKind) => Value,
): Readonly<Record<RetentionKind, Value>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of all kinds
  return Object.fromEntries(retentionKindNames.map((kind) => [kind, one(kind)])) as Record<RetentionKind, Value>
}

import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { makeNameless } from '../../ledger/postgres/nameless.ts'
import { retentionKinds } from '../kinds.ts'
import { noProgress, type RetentionProgress, type RetentionRow, type RetentionStore } from '../retentionStore.ts'
import { type NamesOf, unfinishedStates } from '../unfinished.ts'
import { locks, looks, removals } from './statements.ts'

interface StoredProgress {
  readonly markAt: number | null
  readonly markId: number | null
  readonly begunAt: number
  readonly endedAt: number | null
  readonly removedAt: number | null
  readonly removed: number
}

export function postgresRetentionStore(database: PostgresDatabase, { pseudonyms }: NamesOf): RetentionStore {
  return {
    look: async (kind, { before, after, limit }) =>
      database.query<RetentionRow>(looks[kind], [after?.at ?? -1, after?.id ?? -1, before, limit]),

    remove: async (kind, ids, before) =>
      database.transaction(async (queries) => {
        if (retentionKinds[kind].removes === 'names') {
          const known = pseudonyms()
          if (known === null) return 0
          return (await makeNameless(queries, ids, { leaving: unfinishedStates, pseudonyms: known })).length
        }
        const [lock, removal] = [locks[kind], removals[kind]]
        const locked =
          lock === null ? ids : (await queries.query<{ readonly id: number }>(lock, [before, ids])).map(({ id }) => id)
        // A statement of its own, since it must see what those did who had the locks before.
        return removal === null ? 0 : queries.run(removal, [before, locked])
      }),

    progress: async (kind) => {
      const [row] = await database.query<StoredProgress>(
        `SELECT mark_at AS "markAt", mark_id AS "markId", begun_at AS "begunAt", ended_at AS "endedAt",
           removed_at AS "removedAt", removed
         FROM retention WHERE kind = $1`,
        [kind],
      )
      if (row === undefined) return noProgress
      const { markAt, markId, ...rest } = row
      return { ...rest, mark: markAt === null || markId === null ? null : { at: markAt, id: markId } }
    },

    saveProgress: async (kind, { mark, begunAt, endedAt, removedAt, removed }: RetentionProgress) => {
      await database.run(
        `INSERT INTO retention (kind, mark_at, mark_id, begun_at, ended_at, removed_at, removed)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (kind) DO UPDATE SET mark_at = excluded.mark_at, mark_id = excluded.mark_id,
           begun_at = excluded.begun_at, ended_at = excluded.ended_at, removed_at = excluded.removed_at,
           removed = excluded.removed`,
        [kind, mark?.at ?? null, mark?.id ?? null, begunAt, endedAt, removedAt, removed],
      )
    },

    // The server uses freed space again by itself (autovacuum).
    giveBack: async () => false,
  }
}

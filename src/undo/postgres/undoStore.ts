import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { sorted } from '../../database/postgres/lockOrder.ts'
import { type UndoRow, undoRecord, underWay } from '../rows.ts'
import { heardWithin, type UndoneEffect, type UndoStore } from '../undoStore.ts'

const newest = (undoId: string): string => `NOT EXISTS (SELECT 1 FROM undo later WHERE later.id > ${undoId})`

/** One that broke off keeps the time of its beginning, by which the next undo knows its own doing. */
const takeEffects = `
  INSERT INTO undone_effect (effect_id, undo_id, state, at)
  SELECT id, $2, 'begun', $3 FROM unnest($1::bigint[]) AS t (id) WHERE ${newest('$2')} ORDER BY id
  ON CONFLICT (effect_id) DO UPDATE SET
    at = CASE undone_effect.state WHEN 'begun' THEN undone_effect.at ELSE excluded.at END,
    undo_id = excluded.undo_id, state = 'begun', answer = NULL
  WHERE undone_effect.state <> 'done'
  RETURNING effect_id AS id`

const settleEffects = `
  UPDATE undone_effect SET state = outcome.state, at = outcome.at, answer = outcome.answer
  FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) AS outcome (id, state, at, answer)
  WHERE effect_id = outcome.id AND undo_id = $5 AND undone_effect.state = 'begun'`

/** Undos in PostgreSQL. */
export function postgresUndoStore(database: PostgresDatabase): UndoStore {
  return {
    begin: async ({ begunAt, askedBy, why, chosen }) =>
      database.transaction(async (queries) => {
        // Two that begin in one moment: the second waits here and then sees the first.
        await queries.run('LOCK TABLE undo IN SHARE ROW EXCLUSIVE MODE')
        const [other] = await queries.query<{ readonly id: number; readonly askedBy: string }>(
          'SELECT id, asked_by AS "askedBy" FROM undo WHERE ended_at IS NULL AND heard_at > $1 AND heard_at <= $2 LIMIT 1',
          heardWithin(begunAt),
        )
        if (other !== undefined) throw underWay(other)
        const [row] = await queries.query<{ readonly id: number }>(
          'INSERT INTO undo (begun_at, heard_at, asked_by, why, chosen) VALUES ($1, $1, $2, $3, $4) RETURNING id',
          [begunAt, askedBy, why, JSON.stringify(chosen)],
        )
        if (row === undefined) throw new Error('an insert gave no row')
        return row.id
      }),
    keep: async (undoId, at) =>
      (await database.run(`UPDATE undo SET heard_at = $2 WHERE id = $1 AND ended_at IS NULL AND ${newest('$1')}`, [
        undoId,
        at,
      ])) > 0,
    take: async (undoId, effectIds, at) => {
      const taken = await database.query<{ readonly id: number }>(takeEffects, [sorted(effectIds), undoId, at])
      const ids = new Set(taken.map(({ id }) => id))
      return effectIds.filter((id) => ids.has(id))
    },
    settle: async (undoId, outcomes) => {
      if (outcomes.length === 0) return
      await database.run(settleEffects, [
        outcomes.map(({ effectId }) => effectId),
        outcomes.map(({ state }) => state),
        outcomes.map(({ at }) => at),
        outcomes.map(({ answer }) => answer),
        undoId,
      ])
    },
    find: async (effectIds) => {
      const rows = await database.query<UndoneEffect>(
        `SELECT effect_id AS "effectId", undo_id AS "undoId", state, at, answer FROM undone_effect
         WHERE effect_id = ANY ($1::bigint[])`,
        [effectIds],
      )
      return new Map(rows.map((one) => [one.effectId, one]))
    },
    end: async (undoId, result, at) => {
      const values = result === null ? [null, null, 0] : [at, JSON.stringify(result), at]
      await database.run('UPDATE undo SET ended_at = $1, result = $2, heard_at = $3 WHERE id = $4', [...values, undoId])
    },
    list: async (limit) => {
      const rows = await database.query<UndoRow>(
        `SELECT id, begun_at AS "begunAt", heard_at AS "heardAt", ended_at AS "endedAt", asked_by AS "askedBy", why,
           chosen, result
         FROM undo ORDER BY id DESC LIMIT $1`,
        [limit],
      )
      return rows.map(undoRecord)
    },
  }
}

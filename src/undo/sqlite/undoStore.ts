import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { type UndoRow, undoRecord, underWay } from '../rows.ts'
import { heardWithin, type UndoneEffect, type UndoStore } from '../undoStore.ts'

const newest = 'NOT EXISTS (SELECT 1 FROM undo later WHERE later.id > ?1)'

/** Undos in SQLite. */
export function sqliteUndoStore(database: SqliteDatabase): UndoStore {
  const other = database.prepare<{ readonly id: number; readonly askedBy: string }>(
    'SELECT id, asked_by AS askedBy FROM undo WHERE ended_at IS NULL AND heard_at > ? AND heard_at <= ? LIMIT 1',
  )
  const begin = database.prepare(
    'INSERT INTO undo (begun_at, heard_at, asked_by, why, chosen) VALUES (?1, ?1, ?2, ?3, ?4)',
  )
  const keep = database.prepare(`UPDATE undo SET heard_at = ?2 WHERE id = ?1 AND ended_at IS NULL AND ${newest}`)
  // One that broke off keeps the time of its beginning, by which the next undo knows its own doing.
  const take = database.prepare(`
    INSERT INTO undone_effect (effect_id, undo_id, state, at) SELECT ?2, ?1, 'begun', ?3 WHERE ${newest}
    ON CONFLICT (effect_id) DO UPDATE SET
      at = iif(state = 'begun', at, excluded.at), undo_id = excluded.undo_id, state = 'begun', answer = NULL
    WHERE state <> 'done'
  `)
  const settle = database.prepare(`
    UPDATE undone_effect SET state = ?, at = ?, answer = ? WHERE effect_id = ? AND undo_id = ? AND state = 'begun'
  `)
  const find = database.prepare<UndoneEffect>(`
    SELECT effect_id AS effectId, undo_id AS undoId, state, at, answer FROM undone_effect
    WHERE effect_id IN (SELECT value FROM json_each(?))
  `)
  const end = database.prepare('UPDATE undo SET ended_at = ?, result = ?, heard_at = ? WHERE id = ?')
  const list = database.prepare<UndoRow>(`
    SELECT id, begun_at AS begunAt, heard_at AS heardAt, ended_at AS endedAt, asked_by AS askedBy, why, chosen, result
    FROM undo ORDER BY id DESC LIMIT ?
  `)
  return {
    begin: async ({ begunAt, askedBy, why, chosen }) =>
      database.commit(() => {
        const found = other.get(...heardWithin(begunAt))
        if (found !== undefined) throw underWay(found)
        return begin.run(begunAt, askedBy, why, JSON.stringify(chosen)).lastInsertRowid
      }),
    keep: async (undoId, at) => database.commit(() => keep.run(undoId, at).changes > 0),
    take: async (undoId, effectIds, at) =>
      database.commit(() => effectIds.filter((effectId) => take.run(undoId, effectId, at).changes > 0)),
    settle: async (undoId, outcomes) =>
      database.commit(() => {
        for (const { effectId, state, at, answer } of outcomes) settle.run(state, at, answer, effectId, undoId)
      }),
    find: async (effectIds) =>
      database.read(() => new Map(find.all(JSON.stringify(effectIds)).map((one) => [one.effectId, one]))),
    end: async (undoId, result, at) =>
      database.commit(() => {
        if (result === null) end.run(null, null, 0, undoId)
        else end.run(at, JSON.stringify(result), at, undoId)
      }),
    list: async (limit) => database.read(() => list.all(limit).map(undoRecord)),
  }
}

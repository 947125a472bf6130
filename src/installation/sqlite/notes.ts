import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Notes } from '../notes.ts'

/** Reads all notes of the place. */
export function sqliteNotes(database: SqliteDatabase): () => Promise<Notes> {
  const all = database.prepare<{ readonly name: string; readonly value: string }>(
    'SELECT name, value FROM installation',
  )
  return async () => new Map(database.read(() => all.all()).map(({ name, value }) => [name, value]))
}

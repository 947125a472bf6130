import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Notes } from '../notes.ts'

/** Reads all notes of the place. */
export function postgresNotes(database: PostgresDatabase): () => Promise<Notes> {
  return async () => {
    const rows = await database.query<{ readonly name: string; readonly value: string }>(
      'SELECT name, value FROM installation',
    )
    return new Map(rows.map(({ name, value }) => [name, value]))
  }
}

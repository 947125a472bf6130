import { z } from 'zod'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Transaction } from '../../database/postgres/queries.ts'

/** A foreign key, as the server writes it down. */
const referenceSchema = z.object({ relation: z.string(), name: z.string(), definition: z.string() })
type Reference = z.output<typeof referenceSchema>

const noteName = 'references'

const ofThisSchema = `contype = 'f' AND connamespace = current_schema()::regnamespace`

/** Drops all foreign keys and notes them: a role that owns the tables, but is no superuser, cannot suspend them. */
export async function separate(queries: Transaction): Promise<void> {
  const found = await queries.query<Reference>(
    `SELECT conrelid::regclass::text AS relation, conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE ${ofThisSchema} ORDER BY conname`,
  )
  if (found.length === 0) return
  await queries.run(
    'INSERT INTO installation VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    [noteName, JSON.stringify(found)],
  )
  await queries.script(found.map(({ relation, name }) => `ALTER TABLE ${relation} DROP CONSTRAINT "${name}"`).join(';'))
}

/** Makes them again, for all that is written from now on: that takes no time. What is there follows, see {@link validate}. */
export async function rejoin(queries: Transaction): Promise<void> {
  const [note] = await queries.query<{ readonly value: string }>('SELECT value FROM installation WHERE name = $1', [
    noteName,
  ])
  if (note === undefined) return
  const references = z.array(referenceSchema).parse(JSON.parse(note.value))
  await queries.script(
    references
      .map(
        ({ relation, name, definition }) => `ALTER TABLE ${relation} ADD CONSTRAINT "${name}" ${definition} NOT VALID`,
      )
      .join(';'),
  )
  await queries.run('DELETE FROM installation WHERE name = $1', [noteName])
}

/** Has the server look through all rows, beside those who read and write. */
export async function validate(database: PostgresDatabase): Promise<void> {
  const unsure = await database.query<Omit<Reference, 'definition'>>(
    `SELECT conrelid::regclass::text AS relation, conname AS name FROM pg_constraint
     WHERE ${ofThisSchema} AND NOT convalidated ORDER BY conname`,
  )
  for (const { relation, name } of unsure)
    await database.transaction(async (queries) => {
      await queries.script(`SET LOCAL statement_timeout = 0; ALTER TABLE ${relation} VALIDATE CONSTRAINT "${name}"`)
    })
}

import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { type Migration, type MigrationOutcome, newerSchema, newestVersion, requireVersion } from '../migration.ts'
import type { PostgresDatabase } from './database.ts'
import type { Queries, Transaction } from './queries.ts'

/**
 * Brings the schema to the newest version; as `../sqlite/migrate.ts`. Instances that start at once take
 * turns: each step holds an advisory lock and looks again which step is next.
 */
export async function migrate(database: PostgresDatabase, migrations: readonly Migration[]): Promise<MigrationOutcome> {
  const applied: string[] = []
  let from = 0
  let to = 0
  try {
    from = await database.transaction(prepare)
    to = from
    const newest = newestVersion(migrations)
    if (from > newest) return { from, to, applied, error: newerSchema(from, newest) }
    for (const migration of migrations.filter(({ version }) => version > from)) {
      if (await database.transaction(async (queries) => applyStep(queries, migration))) applied.push(migration.name)
      to = migration.version
    }
    return { from, to, applied, error: null }
  } catch (error: unknown) {
    return { from, to, applied, error: migrationError(error, to) }
  }
}

/**
 * For whoever only reads: the schema must be the one this version knows.
 * @throws GatewayError STORAGE_MISSING, STORAGE_NEWER_SCHEMA, STORAGE_OLDER_SCHEMA
 */
export async function requireSchema(database: PostgresDatabase, migrations: readonly Migration[]): Promise<void> {
  const version = await schemaVersion(database)
  if (version === 0) throw new GatewayError('STORAGE_MISSING', `the database at ${database.address} is empty`)
  requireVersion(version, migrations)
}

/** Creates the table of the version, in a schema that is empty or ours. Answers with the version. */
async function prepare(queries: Transaction): Promise<number> {
  await takeTurn(queries)
  const version = await schemaVersion(queries)
  if (version > 0) return version
  const [other] = await queries.query<{ readonly name: string; readonly schema: string }>(`
    SELECT relname AS name, current_schema() AS schema FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname <> 'civicrm_ses_schema'
      -- An extension brings tables of its own along; they are in nobody's way.
      AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
    LIMIT 1
  `)
  if (other !== undefined)
    throw new GatewayError(
      'STORAGE_UNSUITABLE',
      `the schema "${other.schema}" holds a table of another program ("${other.name}")`,
      {
        hint: 'Give civicrm-ses a database of its own, or a schema (?options=-c%20search_path%3Dname in the address).',
      },
    )
  await queries.script('CREATE TABLE IF NOT EXISTS civicrm_ses_schema (version integer NOT NULL)')
  return 0
}

async function schemaVersion(queries: Queries): Promise<number> {
  const [found] = await queries.query<{ readonly exists: boolean }>(
    `SELECT to_regclass(quote_ident(current_schema()) || '.civicrm_ses_schema') IS NOT NULL AS exists`,
  )
  if (found?.exists !== true) return 0
  const [row] = await queries.query<{ readonly version: number }>(
    'SELECT max(version) AS version FROM civicrm_ses_schema',
  )
  return row?.version ?? 0
}

async function applyStep(queries: Transaction, { version, sql }: Migration): Promise<boolean> {
  await takeTurn(queries)
  if ((await schemaVersion(queries)) >= version) return false
  await queries.script(sql)
  await queries.run('DELETE FROM civicrm_ses_schema')
  await queries.run('INSERT INTO civicrm_ses_schema VALUES ($1)', [version])
  return true
}

/**
 * Until the end of the transaction. A step may take long on a great table, so neither it nor those who wait
 * for their turn are held to the usual limits.
 */
async function takeTurn(queries: Transaction): Promise<void> {
  await queries.script(`
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = '15min';
    SELECT pg_advisory_xact_lock(hashtext('civicrm-ses migrations'), hashtext(current_schema()::text));
  `)
}

function migrationError(error: unknown, at: number): GatewayError {
  if (error instanceof GatewayError && error.code === 'STORAGE_UNSUITABLE') return error
  const what = `the database could not be brought from schema ${at} to ${at + 1}: ${messageOf(error)}`
  return new GatewayError('STORAGE_MIGRATION_FAILED', what, { cause: error })
}

import type { DatabaseSync } from 'node:sqlite'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { type Migration, type MigrationOutcome, newerSchema, newestVersion, requireVersion } from '../migration.ts'
import { numberOf } from './statement.ts'

export type { Migration } from '../migration.ts'

/**
 * Brings the schema to the newest version. Each step runs in a transaction of its own that also raises
 * the stored version, so a broken-off step leaves nothing behind. Never throws: what was done and what
 * failed are needed together.
 */
export function migrate(connection: DatabaseSync, migrations: readonly Migration[]): MigrationOutcome {
  const applied: string[] = []
  let from = 0
  let to = 0
  try {
    from = schemaVersion(connection)
    to = from
    const newest = newestVersion(migrations)
    if (from > newest) return { from, to, applied, error: newerSchema(from, newest) }
    for (const migration of migrations.filter(({ version }) => version > from)) {
      applyStep(connection, migration)
      applied.push(migration.name)
      to = migration.version
    }
    return { from, to, applied, error: null }
  } catch (error: unknown) {
    const what = `the database could not be brought from schema ${to} to ${to + 1}: ${messageOf(error)}`
    return { from, to, applied, error: new GatewayError('STORAGE_MIGRATION_FAILED', what, { cause: error }) }
  }
}

/**
 * For whoever only reads: the schema must be the one this version knows.
 * @throws GatewayError STORAGE_NEWER_SCHEMA, STORAGE_OLDER_SCHEMA
 */
export function requireSchema(connection: DatabaseSync, migrations: readonly Migration[]): void {
  requireVersion(schemaVersion(connection), migrations)
}

function schemaVersion(connection: DatabaseSync): number {
  return numberOf(connection, 'PRAGMA user_version')
}

function applyStep(connection: DatabaseSync, { sql, version }: Migration): void {
  connection.exec('BEGIN IMMEDIATE')
  try {
    // The version is part of the file's header and so of the transaction.
    connection.exec(`${sql};\nPRAGMA user_version = ${version}`)
    connection.exec('COMMIT')
  } catch (error: unknown) {
    if (connection.isTransaction) connection.exec('ROLLBACK')
    throw error
  }
}

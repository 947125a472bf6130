import { GatewayError } from '../errors/gatewayError.ts'

/** One step of the schema. Once released it never changes: a correction is a new step. */
export interface Migration {
  /** 1, 2, 3 …, without gaps; on both engines the same step has the same number and name. */
  readonly version: number
  readonly name: string
  readonly sql: string
}

export interface MigrationOutcome {
  readonly from: number
  readonly to: number
  /** Names of the steps that were taken. */
  readonly applied: readonly string[]
  /** STORAGE_NEWER_SCHEMA, or why the step after `to` failed. The steps before it stay. */
  readonly error: GatewayError | null
}

export function newestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0
}

export function newerSchema(found: number, newest: number): GatewayError {
  return new GatewayError(
    'STORAGE_NEWER_SCHEMA',
    `the database has schema ${found}, this version knows up to ${newest}`,
  )
}

/** @throws GatewayError STORAGE_NEWER_SCHEMA, STORAGE_OLDER_SCHEMA: the schema must be the one this version knows */
export function requireVersion(found: number, migrations: readonly Migration[]): void {
  const newest = newestVersion(migrations)
  if (found > newest) throw newerSchema(found, newest)
  if (found < newest)
    throw new GatewayError('STORAGE_OLDER_SCHEMA', `the database has schema ${found}, this version needs ${newest}`)
}

import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { movedAway, movedError } from '../movedAway.ts'

/**
 * Classes of SQLSTATE (its first two characters) that tell of the server, the network or the disk, not of the
 * statement. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const faultClasses: ReadonlySet<string> = new Set([
  '08', // connection
  '53', // disk full, out of memory, too many connections
  '57', // shutting down, starting up, cancelled by a time-out
  '58', // I/O
  'XX', // internal, damaged data
])

/** Conditions outside these classes of which the same is true. */
const faultCodes: ReadonlySet<string> = new Set([
  '25006', // read-only: it became a standby
  '25P03', // idle in a transaction for too long
  '25P04', // a transaction for too long
  '55P03', // a lock was not to be had in time
  '40001', // serialization failure, where repeating did not help
  '40P01', // deadlock, the same
  '28P01', // a password that was changed meanwhile
  '28000',
  '3D000', // the database is gone
])

/** Repeating the same transaction at once may succeed: another one was in its way, and nothing of it was done. */
const repeatable: ReadonlySet<string> = new Set(['40001', '40P01'])

/** The SQLSTATE of an error of the server; null for anything else. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return null
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null
}

export function isRepeatable(error: unknown): boolean {
  return repeatable.has(sqlStateOf(error) ?? '')
}

/** Whether the statement itself was refused (a value out of range, a broken constraint): repeated, it fails again. */
export function isStatementError(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state !== null && !faultClasses.has(state.slice(0, 2)) && !faultCodes.has(state)
}

/**
 * The error as callers see it. What the server says of a statement passes unchanged, as does what a caller's own
 * work threw; everything that came from below (`pg` has no class of its own for a lost or silent connection) is
 * STORAGE_UNAVAILABLE.
 */
export function storageError(error: unknown): unknown {
  if (error instanceof Error && error.message.startsWith(movedAway)) return movedError(error)
  if (error instanceof GatewayError || isStatementError(error)) return error
  return new GatewayError('STORAGE_UNAVAILABLE', `PostgreSQL failed: ${messageOf(error)}`, { cause: error })
}

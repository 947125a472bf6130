import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { movedAway, movedError } from '../movedAway.ts'

/** Primary result codes (the low byte of `errcode`), https://www.sqlite.org/rescode.html */
export const resultCode = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  NOMEM: 7,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  PROTOCOL: 15,
  NOTADB: 26,
} as const

/** The disk, the file or another process is at fault, not the statement: the whole transaction is in doubt. */
const storageFaults: ReadonlySet<number> = new Set(Object.values(resultCode))

/** SQLite's primary result code of an error of node:sqlite; null for anything else. */
export function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null
}

export function isStorageFault(error: unknown): boolean {
  const code = resultCodeOf(error)
  return code !== null && storageFaults.has(code)
}

/** Whether the file itself is at fault, which no waiting heals. */
export function isDamage(error: unknown): boolean {
  const code = resultCodeOf(error)
  return code === resultCode.CORRUPT || code === resultCode.NOTADB
}

/**
 * The error as callers see it: STORAGE_UNAVAILABLE, also for a damaged file, since whoever writes is to
 * try again after a person repaired it. Errors of the caller's own making pass unchanged.
 */
export function storageError(error: unknown): unknown {
  if (error instanceof Error && error.message.startsWith(movedAway)) return movedError(error)
  if (!isStorageFault(error)) return error
  const hint = isDamage(error)
    ? { hint: 'The database file is damaged: restore the last backup (civicrm-ses restore FILE).' }
    : {}
  return new GatewayError('STORAGE_UNAVAILABLE', `the database failed: ${messageOf(error)}`, { cause: error, ...hint })
}

import type { ClientConfig } from 'pg'
import { GatewayError } from '../../errors/gatewayError.ts'
import { typeParsers } from './values.ts'

/** How long anything may take, milliseconds: nothing hangs, and SNS has its answer within its 15 seconds. */
export interface Timeouts {
  /** To wait for a free connection of the pool, or to make a new one. */
  readonly connectMs: number
  /** One statement, by the server's watch; the client gives up a little later (a link that died says nothing). */
  readonly statementMs: number
  /** To wait for a lock of another transaction. */
  readonly lockMs: number
  /** Between two statements of a transaction: the server ends it, and its locks are free again. */
  readonly idleInTransactionMs: number
}

export const usualTimeouts: Timeouts = {
  connectMs: 4000,
  statementMs: 8000,
  lockMs: 5000,
  idleInTransactionMs: 10_000,
}

/** What the client grants the answer beyond the server's own limit. */
const answerGraceMs = 2000

/** Settings of a connection for `pg`. What the address itself says (`?statement_timeout=…`) goes before. */
export function connectionSettings(url: string, timeouts: Timeouts): ClientConfig {
  checkAddress(url)
  return {
    connectionString: url,
    application_name: 'civicrm-ses',
    connectionTimeoutMillis: timeouts.connectMs,
    statement_timeout: timeouts.statementMs,
    query_timeout: timeouts.statementMs + answerGraceMs,
    lock_timeout: timeouts.lockMs,
    idle_in_transaction_session_timeout: timeouts.idleInTransactionMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: typeParsers(),
  }
}

/** The address without its password, for logs, errors and `check`. Parameters are left out: they may hold one too. */
export function shownAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null) return 'postgres://(unreadable)'
  const { username, host, pathname } = parsed
  // A folder of a Unix socket stands among the parameters, as for psql.
  const socket = host === '' ? (parsed.searchParams.get('host') ?? '') : ''
  const user = username === '' ? '' : `${username}@`
  return `postgres://${user}${host}${socket}${pathname}`
}

/** Unlike what parses it later, says what is wrong without repeating the text, which holds a password. */
function checkAddress(url: string): void {
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase()
  if (scheme !== 'postgres' && scheme !== 'postgresql')
    throw new GatewayError('STORAGE_REFUSED', 'the address of the database does not begin with postgres://')
  if (!URL.canParse(url))
    throw new GatewayError(
      'STORAGE_REFUSED',
      'the address of the database cannot be read; special characters in the password are to be percent-encoded',
    )
}

import { GatewayError } from '../../errors/gatewayError.ts'
import type { Queries } from './queries.ts'

/** 13: the oldest that was still maintained when this was written. */
const oldestVersion = 130_000

/** Without one of these a commit may be lost, or a page torn, when the server's machine loses power. */
const durable = ['fsync', 'full_page_writes', 'synchronous_commit'] as const

interface ServerRow {
  readonly version: number
  readonly versionText: string
  readonly encoding: string
  readonly schema: string | null
  readonly standby: boolean
  readonly readOnly: string
}

/**
 * Makes sure of what the promises rest on, once, when the gateway starts.
 *
 * `synchronous_commit` counts as on unless it is `off`: every other value waits for the server's own disk
 * (https://www.postgresql.org/docs/current/runtime-config-wal.html).
 *
 * @throws GatewayError STORAGE_UNSUITABLE, STORAGE_NOT_DURABLE, STORAGE_UNAVAILABLE (a standby)
 */
export async function checkServer(queries: Queries, { requireDurable }: { requireDurable: boolean }): Promise<void> {
  const [server] = await queries.query<ServerRow>(`
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS "versionText",
      current_setting('server_encoding') AS encoding, current_schema() AS schema,
      pg_is_in_recovery() AS standby, current_setting('transaction_read_only') AS "readOnly"
  `)
  if (server === undefined) throw new GatewayError('STORAGE_UNAVAILABLE', 'the server answers without a row')
  if (server.version < oldestVersion)
    throw new GatewayError('STORAGE_UNSUITABLE', `the server is PostgreSQL ${server.versionText}, older than 13`)
  if (server.encoding !== 'UTF8')
    throw new GatewayError('STORAGE_UNSUITABLE', `the database has the encoding ${server.encoding}, not UTF8`)
  if (server.schema === null)
    throw new GatewayError('STORAGE_UNSUITABLE', 'the search_path names no schema that exists and may be used')
  if (server.standby || server.readOnly === 'on')
    throw new GatewayError('STORAGE_UNAVAILABLE', 'the server is a standby or read-only')
  if (requireDurable) await checkDurability(queries)
}

async function checkDurability(queries: Queries): Promise<void> {
  const settings = await queries.query<{ readonly name: string; readonly value: string }>(
    `SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name`,
    [durable],
  )
  const off = settings.filter(({ value }) => value === 'off').map(({ name }) => name)
  if (off.length === 0) return
  throw new GatewayError('STORAGE_NOT_DURABLE', `the server runs with ${off.join(' and ')} off`, {
    hint: `Set ${off.map((name) => `${name} = on`).join(', ')} for the server, the database and the role, and start again.`,
  })
}

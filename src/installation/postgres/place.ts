import { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Change, Look, Place } from '../place.ts'
import { tables } from '../tables.ts'
import { changing } from './changing.ts'
import { reading } from './reading.ts'
import { validate } from './references.ts'

/** A piece is a second's work at most, but a count, or a server that is busy, may take longer. */
const statementMs = 600_000

/** Between two pieces a backup may wait for a slow disk. */
const idleInTransactionMs = 600_000

/** Writes of the gateway are short: who waits longer meets something else, and tries again. */
const lockMs = 10_000

/** A PostgreSQL database, through connections of its own beside those of the gateways. */
export class PostgresPlace implements Place {
  readonly engine = 'PostgreSQL'
  readonly address: string
  readonly database: PostgresDatabase

  private constructor(database: PostgresDatabase) {
    this.database = database
    this.address = database.address
  }

  /** @throws GatewayError STORAGE_… */
  static async open(url: string, { requireDurable }: { readonly requireDurable: boolean }): Promise<PostgresPlace> {
    const timeouts = { statementMs, idleInTransactionMs, lockMs }
    return new PostgresPlace(await PostgresDatabase.open(url, { poolSize: 2, requireDurable, timeouts }))
  }

  async look<Result>(work: (look: Look) => Promise<Result>): Promise<Result> {
    return this.database.transaction(async (queries) => {
      await queries.script('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
      return work(reading(queries))
    })
  }

  async change<Result>(work: (change: Change) => Promise<Result>): Promise<Result> {
    return this.database.transaction(async (queries) => work(changing(queries)))
  }

  async alone<Result>(work: (change: Change) => Promise<Result>): Promise<Result> {
    return this.database.transaction(async (queries) => {
      const all = tables.map(({ name }) => `"${name}"`).join(', ')
      // Waits for the writes under way; those that come later wait for us.
      await queries.script(`LOCK TABLE ${all} IN SHARE ROW EXCLUSIVE MODE`)
      return work(changing(queries))
    })
  }

  async livingInstances(): Promise<readonly string[]> {
    const rows = await this.database.query<{ readonly owner: string }>(
      'SELECT owner FROM instance WHERE until > clock_timestamp() ORDER BY owner',
    )
    return rows.map(({ owner }) => owner)
  }

  async afterRejoining(): Promise<void> {
    await validate(this.database)
  }

  /** The server itself has nothing that looks through its indexes; references were just looked through. */
  async examine(): Promise<readonly string[]> {
    return []
  }

  async close(): Promise<void> {
    await this.database.close()
  }
}

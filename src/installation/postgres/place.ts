import { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Transaction } from '../../database/postgres/queries.ts'
import { systemTimers } from '../../timers.ts'
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
  /** What is left of a limit, ms. */
  #left: (() => number) | null = null

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
    return this.#transaction(async (queries) => {
      await queries.script('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
      return work(reading(queries))
    })
  }

  async change<Result>(work: (change: Change) => Promise<Result>): Promise<Result> {
    return this.#transaction(async (queries) => work(changing(queries)))
  }

  async alone<Result>(work: (change: Change) => Promise<Result>): Promise<Result> {
    return this.#transaction(async (queries) => {
      const all = tables.map(({ name }) => `"${name}"`).join(', ')
      // Waits for the writes under way; those that come later wait for us.
      await queries.script(`LOCK TABLE ${all} IN SHARE ROW EXCLUSIVE MODE`)
      return work(changing(queries))
    })
  }

  /**
   * The server ends its statement, whose locks are free then. A server that does not even do that, or a dead link, says
   * nothing: so the links are cut.
   */
  limit(ms: number): () => void {
    const end = performance.now() + ms
    this.#left = () => end - performance.now()
    const cancel = systemTimers.after(Math.max(0, ms), () => this.database.cut())
    return () => {
      this.#left = null
      cancel()
    }
  }

  async #transaction<Result>(work: (queries: Transaction) => Promise<Result>): Promise<Result> {
    const left = this.#left
    return this.database.transaction(async (queries) => work(left === null ? queries : limited(queries, left)))
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

/** Each statement takes no longer than what is left, and nobody holds the locks for longer who says nothing more. */
function limited(queries: Transaction, left: () => number): Transaction {
  const limit = async (): Promise<void> => {
    const ms = Math.max(1, Math.ceil(left()))
    await queries.script(
      `SET LOCAL statement_timeout = ${ms}; SET LOCAL lock_timeout = ${ms}; SET LOCAL idle_in_transaction_session_timeout = ${ms}`,
    )
  }
  return {
    query: async <Row>(...statement: Parameters<Transaction['query']>) => {
      await limit()
      return queries.query<Row>(...statement)
    },
    run: async (...statement) => {
      await limit()
      return queries.run(...statement)
    },
    queryAdHoc: async <Row>(...statement: Parameters<Transaction['queryAdHoc']>) => {
      await limit()
      return queries.queryAdHoc<Row>(...statement)
    },
    script: async (sql) => {
      // "SET TRANSACTION" and "LOCK TABLE" may come after it.
      await limit()
      return queries.script(sql)
    },
  }
}

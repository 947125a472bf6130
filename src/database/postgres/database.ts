import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { type Timers, systemTimers } from '../../timers.ts'
import { type Timeouts, connectionSettings, shownAddress, usualTimeouts } from './connection.ts'
import { checkServer } from './durability.ts'
import { isRepeatable, sqlStateOf, storageError } from './fault.ts'
import { Links } from './links.ts'
import { Listener } from './listener.ts'
import type { Queries, SqlValue, Transaction } from './queries.ts'
import { Session, StatementNames } from './session.ts'

export interface PostgresOptions {
  /** Connections for statements; one more listens. @default 10 */
  readonly poolSize?: number
  /** Callers that may wait for a connection; who comes then is refused at once. @default 1000 */
  readonly longestQueue?: number
  readonly timeouts?: Partial<Timeouts>
  /** False takes a server that loses commits at a power cut: for tests, and for who knows what he does. @default true */
  readonly requireDurable?: boolean
  readonly timers?: Timers
}

/** How often a transaction is repeated that others were in the way of, and the pause before it, growing. */
const repeats = 8
const repeatPauseMs = 4

/** How long connections may take to close in peace. */
const goodbyeMs = 3000

/**
 * A PostgreSQL database, as the parts that keep something in it see it: a bounded pool of connections, a
 * connection of its own that listens, and errors as {@link storageError} makes them. Statements run in READ
 * COMMITTED: each sees what is committed when it begins.
 */
export class PostgresDatabase implements Queries {
  /** Tells this opening of the database from every other: of processes, and of a process that came again. */
  readonly instance = randomUUID()
  /** Without the password. */
  readonly address: string
  readonly #pool: pg.Pool
  readonly #listener: Listener
  readonly #longestQueue: number
  readonly #timers: Timers
  readonly #names = new StatementNames()
  readonly #links = new Links()
  /** What ends each pause that somebody is in. */
  readonly #pauses = new Set<() => void>()
  #closing: Promise<void> | null = null

  private constructor(url: string, { poolSize = 10, longestQueue = 1000, timeouts, timers }: PostgresOptions) {
    const settings = { ...connectionSettings(url, { ...usualTimeouts, ...timeouts }), stream: this.#links.make }
    this.address = shownAddress(url)
    this.#timers = timers ?? systemTimers
    this.#longestQueue = longestQueue
    this.#pool = new pg.Pool({ ...settings, max: poolSize, idleTimeoutMillis: 60_000 })
    // An idle connection that breaks is replaced when it is needed; unheard, the event would end the process.
    this.#pool.on('error', () => undefined)
    this.#listener = new Listener(settings, this.#timers)
  }

  /**
   * Connects, and makes sure that the server can carry what is promised (see durability.ts).
   * @param url `postgres://user:password@host:port/database?…`, as `pg` and libpq take it
   * @throws GatewayError STORAGE_REFUSED, STORAGE_UNSUITABLE, STORAGE_NOT_DURABLE, STORAGE_UNAVAILABLE: nothing
   * stays open then
   */
  static async open(url: string, options: PostgresOptions = {}): Promise<PostgresDatabase> {
    const database = new PostgresDatabase(url, options)
    try {
      await checkServer(database, { requireDurable: options.requireDurable ?? true })
      return database
    } catch (error) {
      await database.close()
      throw openingError(error, database.address)
    }
  }

  async query<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#withConnection(async (session) => session.query<Row>(sql, values))
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return this.#withConnection(async (session) => session.run(sql, values))
  }

  async queryAdHoc<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#withConnection(async (session) => session.queryAdHoc<Row>(sql, values))
  }

  /**
   * Runs `work` in a transaction and commits it; rolls back and rejects with what `work` threw. It is repeated
   * from its beginning where another transaction was in its way (deadlock, serialization), so it must change
   * nothing but the database. One statement after the other: a connection does one thing at a time.
   *
   * @throws GatewayError STORAGE_UNAVAILABLE: nothing was stored, except where the link broke during the very
   * commit: then nobody knows ({@link mayBeStored}), and whoever repeats it must bear that it was
   */
  async transaction<Result>(work: (queries: Transaction) => Promise<Result>): Promise<Result> {
    return this.#withConnection(async (session) => session.transaction(work))
  }

  /**
   * Calls `listener` with each message that somebody (this process too) sends on the channel by
   * `pg_notify`, and with null whenever messages may have been missed: at the beginning, and after the
   * connection was away. Who needs to know for sure asks from time to time besides.
   * Resolves when it listens, or when it will as soon as the server is there, with the function that ends it.
   * @param channel a constant name: `[a-z_]+`
   */
  async listen(channel: string, listener: (message: string | null) => void): Promise<() => void> {
    return this.#listener.listen(channel, listener)
  }

  /** Runs `work` every `ms` milliseconds until the database is closed, and never twice at a time. It must not reject. */
  repeat(ms: number, work: () => Promise<void>): void {
    const run = async (): Promise<void> => {
      await this.pause(ms)
      if (this.#closing !== null) return
      await work()
      void run()
    }
    void run()
  }

  /** Waits, but not for longer than the database is open. */
  async pause(ms: number): Promise<void> {
    if (this.#closing !== null) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel()
        this.#pauses.delete(end)
        resolve()
      }
      const cancel = this.#timers.after(ms, end)
      this.#pauses.add(end)
    })
  }

  /** Breaks off whatever is under way, also where the server no longer answers; connections are made anew. */
  cut(): void {
    this.#links.cut()
  }

  /** Ends what is under way and closes all connections. Repeated calls share the one closing. */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const end of this.#pauses) end()
    const cancel = this.#timers.after(goodbyeMs, () => this.#links.cut())
    await Promise.all([this.#listener.close(), this.#pool.end()]).finally(cancel)
  }

  /** Runs `work` on a connection of its own; again, where others were in the way. */
  async #withConnection<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt += 1) {
      const session = await this.#acquire()
      try {
        return await work(session)
      } catch (error) {
        if (!isRepeatable(error) || attempt >= repeats) throw storageError(error)
      } finally {
        session.release()
      }
      await this.pause(repeatPauseMs * (attempt + 1))
    }
  }

  async #acquire(): Promise<Session> {
    if (this.#closing !== null) throw new GatewayError('STORAGE_UNAVAILABLE', 'the database is closed')
    if (this.#pool.waitingCount >= this.#longestQueue)
      throw new GatewayError('STORAGE_UNAVAILABLE', 'more statements are waiting than the database takes on')
    try {
      return new Session(await this.#pool.connect(), this.#names)
    } catch (error) {
      throw storageError(error)
    }
  }
}

/** At the start it is a person who reads it, and what he must correct differs. */
function openingError(error: unknown, address: string): unknown {
  const cause = error instanceof GatewayError ? error.cause : error
  const state = sqlStateOf(cause)
  const isRefusal = state !== null && ['28', '3D', '42'].includes(state.slice(0, 2))
  if (isRefusal) return new GatewayError('STORAGE_REFUSED', `${address}: ${messageOf(cause)}`, { cause })
  if (!(error instanceof GatewayError)) return error
  return new GatewayError(error.code, `${address}: ${error.message}`, { cause, hint: error.hint })
}

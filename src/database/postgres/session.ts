import { hash } from 'node:crypto'
import type pg from 'pg'
import { CommitUnknown } from '../commitUnknown.ts'
import { isRepeatable, isStatementError } from './fault.ts'
import type { SqlValue, Transaction } from './queries.ts'
import { wireValue } from './values.ts'

/** No limit, as far as a timer can count. */
const withoutLimitMs = 2 ** 31 - 1

/** The names under which connections know statements: short, since PostgreSQL cuts names at 63 bytes. */
export class StatementNames {
  readonly #names = new Map<string, string>()

  of(sql: string): string {
    const known = this.#names.get(sql)
    if (known !== undefined) return known
    const name = hash('sha256', sql, 'base64url')
    this.#names.set(sql, name)
    return name
  }
}

/** A connection in the hands of one caller, until it is given back. */
export class Session implements Transaction {
  readonly #client: pg.PoolClient
  readonly #names: StatementNames
  #released = false
  #broken = false

  constructor(client: pg.PoolClient, names: StatementNames) {
    this.#client = client
    this.#names = names
    // While it is out of the pool nobody else hears of its end; the statement under way is rejected besides.
    client.on('error', ignore)
  }

  async query<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.#sendPrepared(sql, values)).rows
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.#sendPrepared(sql, values)).rowCount ?? 0
  }

  async queryAdHoc<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.#send({ text: sql, values: values.map(wireValue) })).rows
  }

  async script(sql: string): Promise<void> {
    await this.#send({ text: sql, query_timeout: withoutLimitMs })
  }

  /** @see PostgresDatabase.transaction */
  async transaction<Result>(work: (queries: Transaction) => Promise<Result>): Promise<Result> {
    await this.#send({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED' })
    try {
      const result = await work(this)
      const { command } = await this.#commit()
      // The server answers ROLLBACK where a statement failed and `work` went on all the same.
      if (command !== 'COMMIT') throw new Error('a statement of the transaction had failed')
      return result
    } catch (error) {
      await this.#rollback()
      throw error
    }
  }

  /** Gives the connection back, or up: after anything but a refused statement nobody knows what it still says. */
  release(): void {
    if (this.#released) return
    this.#released = true
    this.#client.off('error', ignore)
    this.#client.release(this.#broken)
  }

  async #commit(): Promise<pg.QueryResult> {
    try {
      return await this.#send({ text: 'COMMIT' })
    } catch (error) {
      throw this.#broken ? new CommitUnknown(error) : error
    }
  }

  async #rollback(): Promise<void> {
    // The server rolls back by itself what was on a connection that is given up.
    if (this.#broken) return
    try {
      await this.#send({ text: 'ROLLBACK' })
    } catch {
      this.#broken = true
    }
  }

  /** Rows are `any` for `pg`: they have the shape that the caller's SQL gives them. */
  async #sendPrepared(sql: string, values: readonly SqlValue[]): Promise<pg.QueryResult> {
    return this.#send({ name: this.#names.of(sql), text: sql, values: values.map(wireValue) })
  }

  async #send(config: pg.QueryConfig & { readonly query_timeout?: number }): Promise<pg.QueryResult> {
    if (this.#released) throw new Error('a statement was asked for after its transaction had ended')
    try {
      return await this.#client.query(config)
    } catch (error) {
      this.#broken ||= !isStatementError(error) && !isRepeatable(error)
      throw error
    }
  }
}

function ignore(): void {
  // See Session.
}

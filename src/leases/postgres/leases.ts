import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { SharedClock } from '../../database/postgres/sharedClock.ts'
import { Emitter } from '../../emitter.ts'
import type { Instance, Leases, Roll } from '../leases.ts'

const channel = 'civicrm_ses_leases'
const tellAll = `SELECT pg_notify('${channel}', '')`

/** `xmax` of a row that was there before is the lock of this very statement. Long dead ones are forgotten. */
const sayAlive = `
  WITH said AS (
    INSERT INTO instance (owner, until) VALUES ($1, clock_timestamp() + $2::bigint * interval '1 millisecond')
    ON CONFLICT (owner) DO UPDATE SET until = excluded.until
    RETURNING xmax = 0 AS is_new
  ), forgotten AS (
    DELETE FROM instance
    WHERE until < clock_timestamp() - interval '1 day' AND owner <> $1 AND (SELECT is_new FROM said)
  ), told AS (
    SELECT pg_notify('${channel}', '') FROM said WHERE is_new
  )
  SELECT count(*) FROM told`

const living = (owner: string): string =>
  `EXISTS (SELECT 1 FROM instance WHERE instance.owner = ${owner} AND until > clock_timestamp())`

/** In the order of the names, so that two who take the same ones do not wait for each other. */
const takeFree = `
  INSERT INTO lease (name, owner)
  SELECT name, $1 FROM unnest($2::text[]) AS wanted (name) WHERE ${living('$1')} ORDER BY name
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner
  WHERE lease.owner <> excluded.owner AND NOT ${living('lease.owner')}`

/** Leases in PostgreSQL: rows that only change hands when their owner has not said in time that it lives. */
export class PostgresLeases implements Leases {
  readonly #database: PostgresDatabase
  readonly #clock: SharedClock
  readonly #changes = new Emitter<{ readonly change: null }>()

  private constructor(database: PostgresDatabase, clock: SharedClock) {
    this.#database = database
    this.#clock = clock
  }

  /** @param clock is set by that of the database with each word of this instance */
  static async open(database: PostgresDatabase, clock: SharedClock): Promise<PostgresLeases> {
    const leases = new PostgresLeases(database, clock)
    await database.listen(channel, () => leases.#changes.emit('change', null))
    return leases
  }

  async live(owner: string, ms: number): Promise<Roll> {
    await this.#database.query(sayAlive, [owner, ms])
    await this.#clock.measure(this.#database)
    return this.roll()
  }

  async take(owner: string, names: readonly string[]): Promise<readonly string[]> {
    return this.#database.transaction(async (queries) => {
      await queries.run(takeFree, [owner, names])
      const held = await queries.query<{ readonly name: string }>(
        `SELECT name FROM lease WHERE owner = $1 AND name = ANY ($2::text[]) AND ${living('$1')}`,
        [owner, names],
      )
      const ours = new Set(held.map(({ name }) => name))
      return names.filter((name) => ours.has(name))
    })
  }

  async giveBack(owner: string, names: readonly string[]): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await queries.run('DELETE FROM lease WHERE owner = $1 AND name = ANY ($2::text[])', [owner, names])
      await queries.query(tellAll)
    })
  }

  async leave(owner: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await queries.run('DELETE FROM lease WHERE owner = $1', [owner])
      await queries.run('DELETE FROM instance WHERE owner = $1', [owner])
      await queries.query(tellAll)
    })
  }

  async roll(): Promise<Roll> {
    const instances = await this.#database.query<Instance>(
      `SELECT owner, (extract(epoch FROM until - clock_timestamp()) * 1000)::bigint AS "msLeft"
       FROM instance WHERE until > clock_timestamp() ORDER BY owner`,
    )
    const held = await this.#database.query<{ readonly name: string; readonly owner: string }>(
      `SELECT name, owner FROM lease WHERE ${living('lease.owner')}`,
    )
    return { instances, holders: new Map(held.map(({ name, owner }) => [name, owner])) }
  }

  onChange(listener: () => void): () => void {
    return this.#changes.on('change', listener)
  }
}

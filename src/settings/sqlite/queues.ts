import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { checkedQueue, type QueueSettings, queuesOf } from '../queue.ts'

/** Queues as JSON, checked when they are read and when they are written; what was read is kept. */
export class Queues {
  readonly #database: SqliteDatabase
  readonly #all
  readonly #save
  readonly #remove
  #known: readonly QueueSettings[] | null = null

  constructor(database: SqliteDatabase) {
    this.#database = database
    this.#all = database.prepare<{ readonly id: string; readonly settings: string }>(
      'SELECT arn AS id, settings FROM queue ORDER BY arn',
    )
    this.#save = database.prepare(`
      INSERT INTO queue (arn, settings) VALUES (?, ?) ON CONFLICT (arn) DO UPDATE SET settings = excluded.settings
    `)
    this.#remove = database.prepare('DELETE FROM queue WHERE arn = ?')
  }

  /** @throws GatewayError QUEUE_INVALID, STORAGE_UNAVAILABLE */
  all(): readonly QueueSettings[] {
    this.#known ??= queuesOf(this.#database.read(() => this.#all.all()))
    return this.#known
  }

  async save(queue: QueueSettings): Promise<void> {
    const valid = checkedQueue(`the queue "${queue.arn}"`, () => queue)
    await this.#database.commit(() => this.#save.run(valid.arn, JSON.stringify(valid)))
    this.#known = null
  }

  async remove(arn: string): Promise<boolean> {
    const { changes } = await this.#database.commit(() => this.#remove.run(arn))
    this.#known = null
    return changes > 0
  }
}

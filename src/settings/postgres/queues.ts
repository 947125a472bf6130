import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { checkedQueue, type QueueSettings } from '../queue.ts'

/** Writes queues as JSON, checked by the schema. They are read by `snapshot.ts`. */
export class Queues {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  /** @throws GatewayError QUEUE_INVALID, STORAGE_UNAVAILABLE */
  async save(queue: QueueSettings): Promise<void> {
    const valid = checkedQueue(`the queue "${queue.arn}"`, () => queue)
    await this.#database.run(
      'INSERT INTO queue (arn, settings) VALUES ($1, $2) ON CONFLICT (arn) DO UPDATE SET settings = excluded.settings',
      [valid.arn, JSON.stringify(valid)],
    )
  }

  async remove(arn: string): Promise<boolean> {
    return (await this.#database.run('DELETE FROM queue WHERE arn = $1', [arn])) > 0
  }
}

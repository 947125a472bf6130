import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { Emitter } from '../../emitter.ts'

const channel = 'civicrm_ses_work'

/**
 * Between two messages to the other instances, milliseconds. Sending serializes commits of the whole server for
 * a moment, so what comes meanwhile is told together.
 */
const pauseMs = 25

/** Lanes in one message: their names are of at most 63 bytes each, a message of at most 8000. */
const mostLanes = 100

/** How often the lanes are looked at without being told of: a message is lost when the connection is. */
const pollMs = 5000

/** Without waiting for the disk, and without a sync of its own: a message that a crash takes is no loss. */
const sendMessage = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`

interface Message {
  readonly from: string
  readonly sites: readonly string[]
}

/**
 * Tells of lanes that have something to do: here at once, in the other instances by NOTIFY. That is sent after
 * the commit and apart from it, for a commit that carries a message waits for every other such commit; what is
 * lost by it, by a crash between the two, is found by looking: every some seconds, and whenever the connection
 * has been away.
 */
export class WorkNews {
  readonly #database: PostgresDatabase
  readonly #emitter = new Emitter<{ readonly work: string }>()
  readonly #pending = new Set<string>()
  #sending = false
  #listening = false
  #connectedBefore = false

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  on(listener: (site: string) => void): () => void {
    if (!this.#listening) {
      this.#listening = true
      void this.#database.listen(channel, (message) => this.#hear(message))
      this.#database.repeat(pollMs, async () => this.#look())
    }
    return this.#emitter.on('work', listener)
  }

  tell(sites: Iterable<string>): void {
    for (const site of new Set(sites)) {
      this.#emitter.emit('work', site)
      this.#pending.add(site)
    }
    if (!this.#sending && this.#pending.size > 0) void this.#send()
  }

  async #send(): Promise<void> {
    this.#sending = true
    while (this.#pending.size > 0) {
      const sites = [...this.#pending].slice(0, mostLanes)
      for (const site of sites) this.#pending.delete(site)
      const message: Message = { from: this.#database.instance, sites }
      try {
        await this.#database.query(sendMessage, [channel, JSON.stringify(message)])
      } catch {
        // They look by themselves.
      }
      await this.#database.pause(pauseMs)
    }
    this.#sending = false
  }

  #hear(text: string | null): void {
    if (text === null) {
      // The first time nothing was missed: who begins to listen looks for himself.
      if (this.#connectedBefore) void this.#look()
      this.#connectedBefore = true
      return
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing but `#send` writes to the channel
    const { from, sites } = JSON.parse(text) as Message
    if (from === this.#database.instance) return
    for (const site of sites) this.#emitter.emit('work', site)
  }

  async #look(): Promise<void> {
    try {
      const lanes = await this.#database.query<{ readonly site: string }>(
        `SELECT site FROM notification_count WHERE state = 'waiting' GROUP BY site HAVING sum(delta) > 0`,
      )
      for (const { site } of lanes) this.#emitter.emit('work', site)
    } catch {
      // The next look may succeed.
    }
  }
}

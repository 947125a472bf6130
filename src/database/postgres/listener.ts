import pg from 'pg'
import type { Timers } from '../../timers.ts'

type Callback = (message: string | null) => void

/** Between two attempts to connect again, milliseconds: doubling, up to the longest. */
const shortestPauseMs = 100
const longestPauseMs = 10_000

/** How often the connection is tried: a link that died without a word says nothing by itself. */
const heartbeatMs = 20_000

/**
 * A connection that does nothing but listen (LISTEN), since a connection of the pool goes from hand to hand.
 * ```
 *   away ──listen──> connecting ──> listening ──lost, or silent at a heartbeat──> away, connecting again
 * ```
 * PostgreSQL keeps no message for who is away, so each arrival in `listening` is told as null.
 */
export class Listener {
  readonly #settings: pg.ClientConfig
  readonly #timers: Timers
  readonly #callbacks = new Map<string, Set<Callback>>()
  #client: pg.Client | null = null
  /** The attempt under way; settles with it, never rejects. */
  #connecting: Promise<void> | null = null
  #pauseMs = shortestPauseMs
  #cancelTimer: () => void = () => undefined
  #closed = false

  constructor(settings: pg.ClientConfig, timers: Timers) {
    this.#settings = settings
    this.#timers = timers
  }

  async listen(channel: string, callback: Callback): Promise<() => void> {
    if (!/^[a-z_]+$/.test(channel)) throw new Error(`${channel} is no name of a channel`)
    const callbacks = this.#callbacks.get(channel) ?? new Set()
    const isNew = callbacks.size === 0
    this.#callbacks.set(channel, callbacks)
    callbacks.add(callback)
    if (this.#client === null) await this.#connect()
    else if (isNew) await this.#subscribeOrLose(this.#client, [channel])
    else tell(callbacks, null)
    return () => {
      callbacks.delete(callback)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelTimer()
    await this.#connecting
    const client = this.#client
    this.#client = null
    if (client !== null) await endQuietly(client)
  }

  async #connect(): Promise<void> {
    this.#connecting ??= this.#tryOnce().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  async #tryOnce(): Promise<void> {
    if (this.#closed) return
    // Whoever asks for a channel is not made to wait for it, and of two attempts one connection would be nobody's.
    this.#cancelTimer()
    const client = new pg.Client(this.#settings)
    const lost = (): void => this.#lost(client)
    client.on('error', lost)
    client.on('end', lost)
    client.on('notification', ({ channel, payload }) => tell(this.#callbacks.get(channel) ?? [], payload ?? ''))
    try {
      await client.connect()
      this.#client = client
      this.#pauseMs = shortestPauseMs
      // A channel that is asked for meanwhile sees the client, and subscribes itself.
      await this.#subscribe(client, [...this.#callbacks.keys()])
      this.#beat(client)
    } catch {
      this.#lost(client)
      await endQuietly(client)
      if (!this.#closed) this.#connectLater()
    }
  }

  async #subscribe(client: pg.Client, channels: readonly string[]): Promise<void> {
    if (channels.length === 0) return
    // No parameters are possible here; names are checked above.
    await client.query(channels.map((channel) => `LISTEN ${channel}`).join('; '))
    for (const channel of channels) tell(this.#callbacks.get(channel) ?? [], null)
  }

  /** Whoever asks need not know that the link is dead: the next one subscribes to all. */
  async #subscribeOrLose(client: pg.Client, channels: readonly string[]): Promise<void> {
    try {
      await this.#subscribe(client, channels)
    } catch {
      this.#lost(client)
      // On a dead link nobody answers the goodbye.
      void endQuietly(client)
    }
  }

  #beat(client: pg.Client): void {
    if (this.#closed) return
    this.#cancelTimer = this.#timers.after(heartbeatMs, () => void this.#check(client))
  }

  async #check(client: pg.Client): Promise<void> {
    try {
      await client.query('SELECT 1')
      if (this.#client === client) this.#beat(client)
    } catch {
      this.#lost(client)
      await endQuietly(client)
    }
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return
    this.#client = null
    this.#cancelTimer()
    if (!this.#closed) this.#connectLater()
  }

  #connectLater(): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#timers.after(this.#pauseMs, () => void this.#connect())
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }
}

function tell(callbacks: Iterable<Callback>, message: string | null): void {
  for (const callback of callbacks) {
    try {
      callback(message)
    } catch {
      // One that fails keeps nobody else from hearing, and a message is no promise.
    }
  }
}

async function endQuietly(client: pg.Client): Promise<void> {
  try {
    await client.end()
  } catch {
    // It is gone already.
  }
}

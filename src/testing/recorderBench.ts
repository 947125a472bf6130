import { testPseudonyms } from './testPseudonyms.ts'
import type { Crm } from '../civicrm/crm.ts'
import type { SqliteDatabase } from '../database/sqlite/database.ts'
import { Emitter } from '../emitter.ts'
import type { Inbox, NotificationState, StoredNotification } from '../inbox/inbox.ts'
import { sqliteInbox } from '../inbox/sqlite/inbox.ts'
import { parseEnvelope } from '../ingest/sns/envelope.ts'
import { type HeldLeases, soleInstance } from '../leases/heldLeases.ts'
import type { EffectState, Ledger, RecordedEvent } from '../ledger/ledger.ts'
import { sqliteLedger } from '../ledger/sqlite/ledger.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import type { RecorderLimits } from '../recorder/limits.ts'
import { Recorder } from '../recorder/recorder.ts'
import type { ReceiverCounts } from '../receivers/receiverCounts.ts'
import { sqliteReceiverCounts } from '../receivers/sqlite/receiverCounts.ts'
import type { SeamName } from '../recorder/seam.ts'
import type { Site } from '../settings/site.ts'
import type { Timers } from '../timers.ts'
import { FakeTime, turns } from './fakeTime.ts'
import { MemorySettings } from './memorySettings.ts'
import { type StoredInput, storedNotification } from './storedNotification.ts'
import { TestDatabase } from './testDatabase.ts'

export interface BenchOptions {
  readonly sites: readonly Site[]
  readonly connect: (site: Site, time: FakeTime) => Crm
  readonly limits?: Partial<RecorderLimits>
  /** When its store was restored from a backup. @default never */
  readonly restoredAt?: number
  /** For a recorder that shares the lanes with others. @default it is alone */
  readonly leases?: (owner: string, timers: Timers) => HeldLeases
}

/** Something that the recorder told. */
export interface Told {
  readonly name: keyof RecorderEvents
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * A recorder over the real inbox and ledger, in a time of its own, that can die at any seam and start
 * again on what it left on the disk.
 */
export class RecorderBench {
  readonly time = new FakeTime(Date.UTC(2026, 10, 24, 12, 0, 0))
  readonly settings: MemorySettings
  readonly inbox: Inbox
  readonly ledger: Ledger
  readonly receivers: ReceiverCounts
  readonly database: SqliteDatabase
  readonly told: Told[] = []
  readonly #options: BenchOptions
  readonly #store = new TestDatabase()
  #recorder: Recorder | null = null
  #life: Life | null = null
  #lives = 0
  #messages = 0

  constructor(options: BenchOptions) {
    this.#options = options
    this.settings = new MemorySettings(...options.sites)
    this.database = this.#store.database
    this.inbox = sqliteInbox(this.database)
    this.ledger = sqliteLedger(this.database, testPseudonyms)
    this.receivers = sqliteReceiverCounts(this.database)
  }

  get recorder(): Recorder {
    if (this.#recorder === null) throw new Error('no recorder runs')
    return this.#recorder
  }

  /** Starts a recorder, as the start of a gateway does it. It dies at the seam given, when it comes there for the `times`th time. */
  async start(dies?: { readonly at: SeamName; readonly times?: number }): Promise<void> {
    const life = new Life(this.time)
    let passes = 0
    this.#lives += 1
    this.#life = life
    this.#recorder = new Recorder({
      inbox: this.inbox,
      ledger: this.ledger,
      receivers: this.receivers,
      settings: this.settings,
      clock: this.time,
      timers: life,
      random: () => 0.5,
      events: this.#events(life),
      connect: (site) => this.#options.connect(site, this.time),
      readEnvelope: parseEnvelope,
      leases: this.#options.leases?.(`life-${this.#lives}`, life) ?? soleInstance(`life-${this.#lives}`),
      limits: this.#options.limits ?? {},
      restoredAt: this.#options.restoredAt ?? null,
      seam: async (name) => {
        if (name === dies?.at) passes += 1
        if (life.over || (name === dies?.at && passes >= (dies.times ?? 1))) {
          life.end()
          await new Promise(() => undefined)
        }
      },
    })
    this.#recorder.start()
  }

  /** Ends the process as kill -9 does: nothing of it runs on but what it had asked of the CRM. */
  async kill(): Promise<void> {
    this.#life?.end()
    this.#recorder = null
    await this.settle()
  }

  /** The process hangs: its timers stop, and what it waits for may still come. */
  abandon(): void {
    this.#life?.freeze()
  }

  get died(): boolean {
    return this.#life?.over ?? false
  }

  /** Stores a notification as ingest does. @returns its id in the inbox */
  async accept(message: string, more: Partial<Omit<StoredInput, 'at'>> = {}): Promise<number> {
    this.#messages += 1
    const id = this.#messages
    const { messageId = `message-${id}`, ...rest } = more
    const outcome = await this.inbox.accept(
      storedNotification(message, { site: 'main', messageId, at: this.time.now(), ...rest }),
    )
    return outcome === 'stored' ? id : 0
  }

  /** Lets everything run on that waits for nothing but its turn. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      const before = await this.#marks()
      // The database's own thread may hold commits up: what is in the line is stored before this one.
      await this.database.commit(() => undefined)
      await turns()
      quiet = (await this.#marks()) === before ? quiet + 1 : 0
    }
  }

  /** Lets time pass, step by step. */
  async pass(ms: number): Promise<void> {
    await this.settle()
    const end = this.time.now() + ms
    for (let next = this.time.timers[0]; next !== undefined && next <= end; next = this.time.timers[0]) {
      await this.time.advance(Math.max(0, next - this.time.now()))
      await this.settle()
    }
    await this.time.advance(end - this.time.now())
    await this.settle()
  }

  /** The one stored notification of this number, in the order of acceptance. */
  async notification(id: number): Promise<StoredNotification> {
    const found = await this.inbox.read(id)
    if (found === null) throw new Error(`no notification ${id}`)
    return found
  }

  async notifications(ids: readonly number[]): Promise<readonly StoredNotification[]> {
    return Promise.all(ids.map(async (id) => this.notification(id)))
  }

  async notificationStates(ids: readonly number[]): Promise<readonly NotificationState[]> {
    return (await this.notifications(ids)).map(({ state }) => state)
  }

  async events(filter: { readonly site?: string } = {}): Promise<readonly RecordedEvent[]> {
    return this.ledger.search({ limit: 10_000, ...filter })
  }

  /** States of all effects, sorted. */
  async effectStates(): Promise<readonly EffectState[]> {
    return (await this.events()).flatMap(({ effects }) => effects.map(({ state }) => state)).toSorted()
  }

  toldOf(name: keyof RecorderEvents): readonly Readonly<Record<string, unknown>>[] {
    return this.told.filter((one) => one.name === name).map(({ payload }) => payload)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life?.end()
    await this.settle()
    await this.#store[Symbol.asyncDispose]()
  }

  #events(life: Life): Emitter<RecorderEvents> {
    const emitter = new Emitter<RecorderEvents>()
    for (const name of eventNames) {
      emitter.on(name, (payload) => {
        if (!life.over) this.told.push({ name, payload: { ...payload } })
      })
    }
    return emitter
  }

  /** Changes with whatever the recorder does. */
  async #marks(): Promise<string> {
    return JSON.stringify([this.told.length, await this.inbox.backlog(), await this.ledger.counts()])
  }
}

const eventNames = [
  'batchStarted',
  'batchFinished',
  'eventDecided',
  'effectSettled',
  'crmCall',
  'breakerOpened',
  'breakerClosed',
  'deadLetter',
  'uncertain',
  'alarm',
  'setAside',
  'clockSetBack',
  'fault',
] as const satisfies readonly (keyof RecorderEvents)[]

/** Timers of one process: with it they are gone. */
class Life implements Timers {
  readonly #time: FakeTime
  readonly #cancels = new Set<() => void>()
  over = false

  constructor(time: FakeTime) {
    this.#time = time
  }

  after(ms: number, callback: () => void): () => void {
    if (this.over) return () => undefined
    const cancel = this.#time.after(ms, () => {
      this.#cancels.delete(cancel)
      callback()
    })
    this.#cancels.add(cancel)
    return () => {
      this.#cancels.delete(cancel)
      cancel()
    }
  }

  elapsed(): number {
    return this.#time.elapsed()
  }

  /** Time no longer passes for it. */
  freeze(): void {
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }

  end(): void {
    this.over = true
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }
}

import type { Clock, Random } from '../clock.ts'
import { redactText } from '../ops/redact.ts'
import type { Timers } from '../timers.ts'
import { type Alarm, alarmKey, cleared, isQuiet, type Occurrence, raised, setBack, toldByAll } from './alarm.ts'
import type { Channel } from './channels/channel.ts'
import type { AlarmKind } from './kinds.ts'
import { testMessage } from './message.ts'
import { defaultNewsRules, type Item, type NewsRules, toldBy } from './news.ts'
import type { AlarmStore } from './store.ts'
import { Teller } from './teller.ts'

export interface AlarmsParts {
  readonly store: AlarmStore
  readonly channels: readonly Channel[]
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  /** Name of this gateway for people. */
  readonly from: string
  /** Kinds that nobody wants to hear of. */
  readonly muted?: readonly AlarmKind[]
  readonly rules?: Partial<NewsRules>
  /** With several instances on one database one of them tells. @default always */
  readonly tells?: () => boolean
  /** An attempt to tell ended; `error` null: it went well. */
  readonly onAttempt?: (channel: string, error: string | null) => void
  readonly onFault?: (error: unknown) => void
}

export interface ChannelTest {
  readonly channel: string
  /** Why it did not arrive; null: it was taken over. */
  readonly error: string | null
}

const monthMs = 30 * 86_400_000

/** Changes of a moment are written together, also those of a storm. */
const saveAfterMs = 1000

/** Alarms kept in memory. Subjects are sites, allowed topics and domains set aside, so it is never met in earnest. */
const mostAlarms = 2000

/**
 * The one place that tells a person. Raising and clearing are immediate and never fail: nothing of the work
 * waits for the database or a channel here.
 */
export class Alarms {
  readonly #parts: AlarmsParts
  readonly #tellers: readonly Teller[]
  readonly #muted: ReadonlySet<AlarmKind>
  readonly #alarms = new Map<string, Alarm>()
  /** Changed since they were saved. */
  readonly #unsaved = new Set<string>()
  #loaded = false
  /** Reading and writing the store, one after the other: what is being written must not look like what was never there. */
  #storing: Promise<void> = Promise.resolve()
  #cancelSave: (() => void) | null = null
  #stopped = false

  constructor(parts: AlarmsParts) {
    this.#parts = parts
    const { channels, clock, timers, random, from, rules, tells = () => true, onAttempt = () => undefined } = parts
    this.#muted = new Set(parts.muted)
    this.#tellers = channels.map(
      (channel) =>
        new Teller({
          channel,
          clock,
          timers,
          random,
          from,
          rules: { ...defaultNewsRules, ...rules },
          alarms: () => this.#alarms.values(),
          tells: () => this.#loaded && tells(),
          onTold: (items) => this.#told(channel.name, items),
          onAttempt,
        }),
    )
  }

  raise(occurrence: Occurrence): void {
    if (this.#muted.has(occurrence.kind)) return
    const full = this.#alarms.size >= mostAlarms && !this.#alarms.has(alarmKey(occurrence))
    const given = {
      ...occurrence,
      subject: full ? '(others)' : occurrence.subject,
      detail: redactText(occurrence.detail),
    }
    const before = this.#alarms.get(alarmKey(given)) ?? null
    this.#put(raised(before, given, this.#parts.clock.now()))
    // Of one that is known nobody need be told sooner than planned.
    if (before?.state !== 'active') this.#look()
  }

  clear(kind: AlarmKind, subject: string): void {
    const alarm = this.#alarms.get(alarmKey({ kind, subject }))
    if (alarm?.state !== 'active') return
    this.#put(cleared(alarm, this.#parts.clock.now()))
    this.#look()
  }

  /** Those that are active, of one kind or all, oldest first. */
  active(kind?: AlarmKind): readonly Alarm[] {
    return [...this.#alarms.values()]
      .filter((alarm) => alarm.state === 'active' && (kind === undefined || alarm.kind === kind))
      .toSorted((one, other) => one.since - other.since)
  }

  /** Active ones first, then the recent ones, newest first. */
  list(): readonly Alarm[] {
    const over = [...this.#alarms.values()].filter(({ state }) => state === 'over')
    return [...this.active(), ...over.toSorted((one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0))]
  }

  /** Sends a test through every channel. */
  async test(): Promise<readonly ChannelTest[]> {
    const message = testMessage(this.#parts.clock.now(), this.#parts.from)
    return Promise.all(
      this.#tellers.map(async (teller) => ({ channel: teller.name, error: await teller.test(message) })),
    )
  }

  /**
   * To be called now and then: ends what went quiet, takes over what other instances wrote, saves what could
   * not be saved. Never rejects.
   */
  async refresh(): Promise<void> {
    const now = this.#parts.clock.now()
    for (const alarm of this.active()) if (isQuiet(alarm, now)) this.#put(cleared(alarm, now))
    await this.#inTurn(async () => this.#load())
    for (const alarm of this.#alarms.values()) {
      const healed = setBack(alarm, now)
      if (healed !== null) this.#put(healed)
    }
    await this.#inTurn(async () => this.#save())
    this.#look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelSave?.()
    await Promise.all(this.#tellers.map(async (teller) => teller.stop()))
    await this.#inTurn(async () => this.#save())
  }

  /**
   * What is changed here and not saved yet stands, but for what was told by another instance; of an alarm from before the
   * start the history is kept.
   */
  async #load(): Promise<void> {
    try {
      const stored = await this.#parts.store.all()
      for (const alarm of stored) {
        const key = alarmKey(alarm)
        const own = this.#alarms.get(key)
        const told = toldByAll(own?.told ?? {}, alarm.told)
        if (own === undefined) this.#alarms.set(key, alarm)
        else if (!this.#unsaved.has(key)) this.#take({ ...alarm, told }, alarm)
        else this.#put({ ...(this.#loaded ? own : continued(alarm, own)), told })
      }
      const keys = new Set(stored.map((alarm) => alarmKey(alarm)))
      for (const key of this.#alarms.keys()) if (!keys.has(key) && !this.#unsaved.has(key)) this.#alarms.delete(key)
      this.#loaded = true
    } catch (error: unknown) {
      this.#parts.onFault?.(error)
    }
  }

  /** One of another instance, which may have stored it without what was told here meanwhile. */
  #take(alarm: Alarm, stored: Alarm): void {
    if (Object.entries(alarm.told).every(([channel, told]) => stored.told[channel]?.at === told.at))
      this.#alarms.set(alarmKey(alarm), alarm)
    else this.#put(alarm)
  }

  #told(channel: string, items: readonly Item[]): void {
    const at = this.#parts.clock.now()
    for (const item of items) {
      const alarm = this.#alarms.get(alarmKey(item.alarm))
      if (alarm !== undefined) this.#put(toldBy(channel, item, alarm, at))
    }
  }

  #put(alarm: Alarm): void {
    const key = alarmKey(alarm)
    this.#alarms.set(key, alarm)
    this.#unsaved.add(key)
    if (this.#stopped) return
    this.#cancelSave ??= this.#parts.timers.after(saveAfterMs, () => {
      this.#cancelSave = null
      void this.#inTurn(async () => this.#save())
    })
  }

  #look(): void {
    for (const teller of this.#tellers) teller.look()
  }

  async #save(): Promise<void> {
    const keys = [...this.#unsaved]
    if (keys.length === 0) return
    this.#unsaved.clear()
    try {
      const alarms = keys.flatMap((key) => this.#alarms.get(key) ?? [])
      await this.#parts.store.save(alarms, this.#parts.clock.now() - monthMs)
    } catch (error: unknown) {
      // The next refresh tries again; a database at fault is an alarm of its own.
      for (const key of keys) this.#unsaved.add(key)
      this.#parts.onFault?.(error)
    }
  }

  /** @param work never rejects */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#storing = this.#storing.then(work)
    return this.#storing
  }
}

/** An alarm that was raised before the stored one was read: it goes on. */
function continued(stored: Alarm, own: Alarm): Alarm {
  return stored.state === 'active' ? { ...own, since: stored.since, count: stored.count + own.count } : own
}

import type { Clock } from '../clock.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { setAsideEvents } from '../ledger/setAside.ts'
import { messageOf } from '../errors/gatewayError.ts'
import type { Settings } from '../settings/settings.ts'
import type { Removals } from '../suppression/removals.ts'
import type { Timers } from '../timers.ts'
import type { Alarms } from './alarms.ts'
import { siteAndDomain } from './setAsideSubject.ts'

export interface LookParts {
  readonly alarms: Alarms
  readonly inbox: Pick<Inbox, 'backlog' | 'deadLetters'>
  readonly ledger: Pick<Ledger, 'search'>
  readonly settings: Pick<Settings, 'sites' | 'site' | 'queues'>
  readonly removals: Pick<Removals, 'stuck'>
  /** Begins and ends a writing transaction. */
  readonly tryWriting: () => Promise<void>
  /** null: unknown. */
  readonly freeBytes: () => number | null
  readonly clock: Clock
  readonly timers: Timers
  /** Subject of what concerns this machine alone. */
  readonly machine: string
  /** The oldest that waits is too old from here on, milliseconds. */
  readonly backlogMs: number
  /** What is to be taken off a suppression list is in vain from here on, milliseconds. @default an hour */
  readonly removalMs?: number
  /** Less free space than this is little. */
  readonly freeBytesWanted: number
  /** Between two looks, milliseconds. @default 30,000 */
  readonly everyMs?: number
}

/** A database that takes longer cannot answer SNS in time either. */
const patienceMs = 10_000

const mebibyte = 1024 * 1024

/**
 * Looks now and then at how things stand, for alarms that no event raises (an old backlog, a full disk) or that
 * no event clears (dead letters that were replayed, a topic that was taken off).
 */
export class Looks {
  readonly #parts: LookParts
  #cancel: () => void = () => undefined
  #stopped = false
  #looking: Promise<void> = Promise.resolve()

  constructor(parts: LookParts) {
    this.#parts = parts
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    await this.#round()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#looking
  }

  async #round(): Promise<void> {
    this.#looking = this.look()
    await this.#looking
    if (this.#stopped) return
    this.#cancel = this.#parts.timers.after(this.#parts.everyMs ?? 30_000, () => void this.#round())
  }

  /** Never rejects: what cannot be seen is left as it is. */
  async look(): Promise<void> {
    const { alarms } = this.#parts
    this.#disk()
    try {
      this.#settings()
    } catch {
      unseen()
    }
    if (await this.#storage()) {
      await this.#backlog().catch(unseen)
      await this.#deadLetters().catch(unseen)
      await this.#setAside().catch(unseen)
      await this.#removals().catch(unseen)
    }
    await alarms.refresh()
  }

  #disk(): void {
    const { alarms, freeBytes, freeBytesWanted, machine } = this.#parts
    const free = freeBytes()
    if (free === null) return
    if (free >= freeBytesWanted) alarms.clear('diskLow', machine)
    else alarms.raise({ kind: 'diskLow', subject: machine, detail: `${Math.floor(free / mebibyte)} MiB are free.` })
  }

  async #storage(): Promise<boolean> {
    const { alarms, tryWriting, timers, machine } = this.#parts
    const { promise, reject } = Promise.withResolvers<never>()
    const cancel = timers.after(patienceMs, () => reject(new Error(`no answer in ${patienceMs / 1000} seconds`)))
    try {
      await Promise.race([tryWriting(), promise])
      alarms.clear('storage', machine)
      return true
    } catch (error: unknown) {
      alarms.raise({ kind: 'storage', subject: machine, detail: messageOf(error) })
      return false
    } finally {
      cancel()
    }
  }

  async #backlog(): Promise<void> {
    const { alarms, inbox, settings, clock, backlogMs } = this.#parts
    const now = clock.now()
    const old = new Set<string>()
    for (const { site, waiting, oldestReceivedAt } of await inbox.backlog()) {
      // Of a site that is paused a person knows.
      if (now - oldestReceivedAt < backlogMs || settings.site(site)?.mode === 'paused') continue
      old.add(site)
      const minutes = Math.floor((now - oldestReceivedAt) / 60_000)
      alarms.raise({ kind: 'backlogOld', subject: site, detail: `${waiting} wait, the oldest for ${minutes} minutes.` })
    }
    for (const { subject } of alarms.active('backlogOld')) if (!old.has(subject)) alarms.clear('backlogOld', subject)
  }

  async #deadLetters(): Promise<void> {
    const { alarms, inbox } = this.#parts
    for (const { subject } of alarms.active('deadLetter')) {
      const [left] = await inbox.deadLetters({ site: subject, limit: 1 })
      if (left === undefined) alarms.clear('deadLetter', subject)
    }
  }

  async #setAside(): Promise<void> {
    const { alarms, ledger } = this.#parts
    for (const { subject } of alarms.active('setAside')) {
      const { done } = await setAsideEvents(ledger, siteAndDomain(subject)).next()
      if (done === true) alarms.clear('setAside', subject)
    }
  }

  /** Its cause is known to no event: it lies with AWS, and in what is stored. */
  async #removals(): Promise<void> {
    const { alarms, removals, settings, clock, removalMs = 60 * 60_000 } = this.#parts
    const stuck = (await removals.stuck(clock.now(), removalMs)).filter(({ site }) => settings.site(site) !== null)
    for (const { site, count, error } of stuck)
      alarms.raise({
        kind: 'suppressionStuck',
        subject: site,
        detail: `${count} ${count === 1 ? 'stands' : 'stand'} there still: ${error ?? 'AWS says, again and again, that it is too fast'}.`,
      })
    const sites = new Set(stuck.map(({ site }) => site))
    for (const { subject } of alarms.active('suppressionStuck'))
      if (!sites.has(subject)) alarms.clear('suppressionStuck', subject)
  }

  /**
   * What was removed or paused by a person is no trouble any more.
   * @throws GatewayError SITE_INVALID, QUEUE_INVALID: a newer version of another instance wrote them
   */
  #settings(): void {
    const { alarms, settings } = this.#parts
    const isCalled = (site: string): boolean => (settings.site(site)?.mode ?? 'paused') !== 'paused'
    for (const kind of ['breakerOpen', 'siteNeedsRepair'] as const)
      for (const { subject } of alarms.active(kind)) if (!isCalled(subject)) alarms.clear(kind, subject)
    const isRead = (arn: string): boolean => settings.queues().some((queue) => queue.arn === arn)
    for (const { subject } of alarms.active('queueUnreadable'))
      if (!isRead(subject)) alarms.clear('queueUnreadable', subject)
    for (const { subject } of alarms.active('unsubscribed')) {
      const account = subject.split(':')[4] ?? ''
      const isAllowed = settings.sites().some(({ topics }) => topics.includes(subject) || topics.includes(account))
      if (!isAllowed) alarms.clear('unsubscribed', subject)
    }
  }
}

function unseen(): void {
  // Seen at the next look.
}

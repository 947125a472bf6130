import { type Crm, CrmError, type ReleasedRow } from '../civicrm/crm.ts'
import type { Clock, Random } from '../clock.ts'
import type { HeldLeases } from '../leases/heldLeases.ts'
import { laneLease } from '../leases/leases.ts'
import { Rounds } from '../rounds.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'
import type { Removals } from '../suppression/removals.ts'
import type { Remover } from '../suppression/remover.ts'
import type { Timers } from '../timers.ts'
import type { ReleaseMark, ReleaseStore } from './releaseStore.ts'

export interface ReleaseWatcherParts {
  readonly releases: ReleaseStore
  readonly removals: Pick<Removals, 'want'>
  readonly remover: Pick<Remover, 'wake'>
  readonly settings: Pick<Settings, 'sites' | 'onChange'>
  readonly connect: (site: Site) => Crm
  /** Of several instances the one that has the lane of a site looks there; a person is served by any. */
  readonly leases: Pick<HeldLeases, 'standing' | 'onChange'>
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly told: ReleaseNews
}

/** What is for the log. */
export interface ReleaseNews {
  readonly found: (site: string, count: number) => void
  /** The site was not to be asked. */
  readonly trouble: (site: string, error: CrmError) => void
  readonly fault: (error: unknown) => void
}

/** Sites that are asked at once: some of them may let it wait for a minute. */
const atOnce = 8

/** After the start, when there is other work to do. */
const firstLookMs = 60_000

/** The longest sleep: a clock that jumps is noticed after this. */
const longestSleepMs = 60_000

/** After a fault of the database. */
const faultPauseMs = 30_000

/** Rows in one reading, and in one of those that were released in one second: a job of CiviCRM may release thousands. */
const leastRows = 500
const mostRows = 50_000

/**
 * Looks from time to time which addresses staff took off hold in CiviCRM, and asks for their removal from SES's
 * suppression list where the site's settings say so.
 * ```
 *  start, wake, timer ──> every site of ours whose time has come, a few at once ──> sleep until the next one's time
 * ```
 */
export class ReleaseWatcher {
  readonly #parts: ReleaseWatcherParts
  /** When each site was asked last by this process, whatever came of it. */
  readonly #triedAt = new Map<string, number>()
  /** A part of the interval, by which the first looks at many sites are spread. */
  readonly #share = new Map<string, number>()
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #rounds: Rounds
  #startedAt = 0
  #endListening: readonly (() => void)[] = []

  constructor(parts: ReleaseWatcherParts) {
    this.#parts = parts
    const { timers, told } = parts
    this.#rounds = new Rounds({
      timers,
      round: async () => this.#round(),
      onFault: told.fault,
      afterFault: () => faultPauseMs,
    })
  }

  start(): void {
    if (!this.#rounds.start()) return
    const { settings, leases, clock } = this.#parts
    this.#startedAt = clock.now()
    this.#endListening = [settings.onChange(() => this.#rounds.wake()), leases.onChange(() => this.#rounds.wake())]
    this.#rounds.wake()
  }

  /** Resolves when the questions under way have been broken off. */
  async stop(): Promise<void> {
    const rounds = this.#rounds.stop()
    for (const end of this.#endListening) end()
    this.#stopping.abort()
    await rounds
    await Promise.all(this.#underWay.values())
  }

  /**
   * Looks now. Needs no `start`: a command does it where no gateway runs.
   * @returns how many were news
   * @throws CrmError; GatewayError STORAGE_UNAVAILABLE
   */
  async look(site: Site, signal: AbortSignal): Promise<number> {
    const { connect, releases } = this.#parts
    const crm = connect(site)
    try {
      const mark = (await releases.marks()).get(site.id)?.mark ?? null
      const news = await this.#readOn(site, { crm, mark, signal: AbortSignal.any([signal, this.#stopping.signal]) })
      if (news > 0) this.#parts.told.found(site.id, news)
      return news
    } finally {
      await crm.close()
    }
  }

  async #readOn(
    site: Site,
    { crm, mark, signal }: { readonly crm: Crm; readonly mark: string | null; readonly signal: AbortSignal },
  ): Promise<number> {
    const { releases, clock } = this.#parts
    let since = mark
    let limit = leastRows
    let count = 0
    for (;;) {
      const found = await crm.findReleases(since, limit, signal)
      const news = await releases.news(site.id, found.rows)
      await this.#askForRemoval(site, news)
      await releases.keep(site.id, { news, mark: found.mark, at: clock.now() })
      count += news.length
      const isAll = found.rows.filter(({ resetDate }) => resetDate !== null).length < limit
      if (isAll || limit >= mostRows) return count
      // More of one second than were read: the mark cannot pass them.
      limit = found.mark === since ? limit * 4 : leastRows
      since = found.mark
    }
  }

  /** Before they are kept: broken off in between, they are news again. */
  async #askForRemoval(
    { id, mode, releases: { clearSuppression } }: Site,
    news: readonly ReleasedRow[],
  ): Promise<void> {
    // Whoever only watches changes nothing, at SES neither.
    if (!clearSuppression || mode === 'watch' || news.length === 0) return
    const { removals, remover, clock } = this.#parts
    const addresses = [...new Set(news.map(({ email }) => email))]
    await removals.want({ site: id, addresses, origin: 'civicrm', at: clock.now() })
    remover.wake()
  }

  /** Begins what is due, as far as there is room. Returns how long to sleep, milliseconds. */
  async #round(): Promise<number> {
    const { releases, settings, leases, clock } = this.#parts
    const marks = await releases.marks()
    const now = clock.now()
    const waiting = settings
      .sites()
      .filter(({ id, mode, releases: { watch } }) => watch && mode !== 'paused' && !this.#underWay.has(id))
      .filter(({ id }) => leases.standing(laneLease(id)) === 'held')
      .map((site) => ({ site, at: this.#nextAt(site, marks.get(site.id)) }))
      .toSorted((one, other) => one.at - other.at)
    const due = waiting.filter(({ at }) => at <= now)
    for (const { site } of due.slice(0, Math.max(0, atOnce - this.#underWay.size))) this.#begin(site)
    const next = waiting.find(({ at }) => at > now)?.at ?? Infinity
    // Those for which there was no room begin when another has ended.
    return Math.max(0, Math.min(longestSleepMs, next - now))
  }

  #nextAt({ id, releases: { everyMinutes } }: Site, mark: ReleaseMark | undefined): number {
    const now = this.#parts.clock.now()
    // What was later than now was so by a clock that was set back since: how long ago it was is not known.
    this.#startedAt = Math.min(this.#startedAt, now)
    const known = [mark?.readAt, this.#triedAt.get(id)].flatMap((at) => (at !== undefined && at <= now ? [at] : []))
    const everyMs = everyMinutes * 60_000
    const share = this.#share.get(id) ?? this.#parts.random()
    this.#share.set(id, share)
    const first = this.#startedAt + firstLookMs + share * Math.max(0, everyMs - firstLookMs)
    const before = Math.max(Number.NEGATIVE_INFINITY, ...known)
    return this.#triedAt.has(id) ? before + everyMs : Math.max(first, before + everyMs)
  }

  #begin(site: Site): void {
    const look = async (): Promise<void> => {
      this.#triedAt.set(site.id, this.#parts.clock.now())
      try {
        await this.look(site, this.#stopping.signal)
      } catch (error: unknown) {
        if (!(error instanceof CrmError)) this.#parts.told.fault(error)
        else if (this.#rounds.isStarted) this.#parts.told.trouble(site.id, error)
      }
      this.#underWay.delete(site.id)
      this.#rounds.wake()
    }
    this.#underWay.set(site.id, look())
  }
}

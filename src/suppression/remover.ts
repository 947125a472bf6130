import { regionsOfTopics, type Removal, type SuppressionList, type SuppressionLists } from '../aws/suppressionList.ts'
import type { Clock } from '../clock.ts'
import type { HeldLeases } from '../leases/heldLeases.ts'
import { leaderLease } from '../leases/leases.ts'
import { Rounds } from '../rounds.ts'
import type { Settings } from '../settings/settings.ts'
import { pause, type Timers, untilAborted } from '../timers.ts'
import { afterTry, type Attempt, longestPauseMs } from './afterTry.ts'
import type { Removals, WantedRemoval } from './removals.ts'

export interface RemoverParts {
  readonly removals: Removals
  readonly lists: SuppressionLists
  readonly settings: Pick<Settings, 'site'>
  /** Of several instances the one that leads removes; a person is served by any. */
  readonly leases: Pick<HeldLeases, 'standing' | 'onChange'>
  readonly clock: Clock
  readonly timers: Timers
  readonly onFault: (error: unknown) => void
  /** AWS's name of why a credential was refused, once in a round. */
  readonly onRefused: (error: string) => void
}

/** Read, tried and settled at once. */
const atOnce = 50

/** After a word of AWS that it was too fast, and from then on between any two until all are through. */
const slowPauseMs = 1000

/** The longest sleep: what another instance wants, and a clock that jumps, is noticed after this. */
const longestSleepMs = 60_000

/** After a fault of the database. */
const faultPauseMs = 30_000

/** For a year one can see what became of them. */
const keptMs = 365 * 86_400_000

/**
 * Removes addresses from SES's suppression lists, one after the other: as fast as AWS takes them, and one a second
 * from its first word that this is too fast. What fails is tried again later; without a credential nothing but the
 * first is tried.
 * ```
 *  start, wake, timer ──> all that are due ──> sleep until the next one's time
 *  a person            ──> all that wait
 * ```
 */
export class Remover {
  readonly #parts: RemoverParts
  readonly #rounds: Rounds
  #running: Promise<void> = Promise.resolve()
  readonly #stopping = new AbortController()
  #endListening: () => void = () => undefined

  constructor(parts: RemoverParts) {
    this.#parts = parts
    const { timers, leases, onFault } = parts
    this.#rounds = new Rounds({
      timers,
      round: async () => this.#round(),
      mayGo: () => leases.standing(leaderLease) === 'held',
      onFault,
      afterFault: () => faultPauseMs,
    })
  }

  /** Whether what a person does not wait for goes on by itself. */
  get goesOn(): boolean {
    return this.#rounds.isStarted
  }

  start(): void {
    if (!this.#rounds.start()) return
    this.#endListening = this.#parts.leases.onChange(() => this.wake())
    this.wake()
  }

  /** Begins no further call; resolves when the one under way has ended, which takes some seconds at most. */
  async stop(): Promise<void> {
    const rounds = this.#rounds.stop()
    this.#endListening()
    this.#stopping.abort()
    await rounds
    await this.#running
  }

  /** Looks for work now. Cheap, and harmless while a round is running. */
  wake(): void {
    this.#rounds.wake()
  }

  /**
   * Tries all that wait, for a person. Needs no `start`: a command does it where no gateway runs.
   * @param onTried after each attempt
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async clear(signal: AbortSignal, onTried: () => void = () => undefined): Promise<void> {
    await this.#parts.removals.hasten(this.#parts.clock.now())
    await this.#alone(AbortSignal.any([signal, this.#stopping.signal]), onTried)
  }

  /** Returns how long to sleep, milliseconds. */
  async #round(): Promise<number> {
    const { removals, clock } = this.#parts
    const now = clock.now()
    // What is due later than any pause was put off by a clock that was set back since.
    await removals.hasten(now, now + longestPauseMs)
    await this.#alone(this.#stopping.signal, () => undefined)
    await removals.forget(clock.now() - keptMs)
    const next = await removals.nextAt()
    return Math.max(0, Math.min(longestSleepMs, (next ?? Infinity) - clock.now()))
  }

  /** One after the other: two at a time would be twice as fast as AWS bears. */
  async #alone(signal: AbortSignal, onTried: () => void): Promise<void> {
    const before = this.#running
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running = promise
    try {
      // One before may go on for hours, where AWS is slow: who has gone meanwhile does not wait for it.
      await untilAborted(signal, before)
      if (!signal.aborted) await this.#clearDue(signal, onTried)
    } finally {
      void before.then(resolve)
    }
  }

  async #clearDue(signal: AbortSignal, onTried: () => void): Promise<void> {
    const { removals, clock } = this.#parts
    const session = new Session(this.#parts, signal)
    try {
      for (;;) {
        if (signal.aborted) return
        const due = await removals.due(clock.now(), atOnce)
        if (due.length === 0) return
        for (const one of due) {
          // What it is stored as says when it comes again: never in this round.
          const removal = await session.remove(one)
          if (removal === null) return
          await removals.settle([afterTry(one, removal, clock.now())])
          onTried()
        }
      }
    } finally {
      session.close()
    }
  }
}

/** The lists of a round, and how fast AWS takes them. */
class Session {
  readonly #parts: Pick<RemoverParts, 'lists' | 'settings' | 'timers' | 'onRefused'>
  readonly #signal: AbortSignal
  readonly #lists = new Map<string | null, SuppressionList>()
  /** Nothing more is tried where the credential is refused, by region. */
  readonly #refused = new Map<string | null, Removal>()
  #isSlow = false

  constructor(parts: Pick<RemoverParts, 'lists' | 'settings' | 'timers' | 'onRefused'>, signal: AbortSignal) {
    this.#parts = parts
    this.#signal = signal
  }

  /** From every list that the site's mail may be stopped by. @returns null where the round ends before */
  async remove({ site, address }: WantedRemoval): Promise<Attempt | null> {
    const settings = this.#parts.settings.site(site)
    if (settings === null) return { removal: 'gone', error: 'there is no such site any more' }
    const answers: Removal[] = []
    for (const region of regionsOfTopics(settings.topics)) {
      const answer = await this.#removeFrom(region, address)
      if (answer === null) return null
      answers.push(answer)
    }
    const trouble = answers.find(({ removal }) => removal !== 'removed' && removal !== 'absent')
    return trouble ?? answers.find(({ removal }) => removal === 'removed') ?? { removal: 'absent' }
  }

  close(): void {
    for (const list of this.#lists.values()) list.close()
  }

  async #removeFrom(region: string | null, address: string): Promise<Removal | null> {
    const refused = this.#refused.get(region)
    if (refused !== undefined) return refused
    const list = this.#lists.get(region) ?? (await this.#parts.lists(region))
    this.#lists.set(region, list)
    for (;;) {
      if (this.#isSlow) await pause(this.#parts.timers, slowPauseMs, this.#signal)
      if (this.#signal.aborted) return null
      const removal = await list.remove(address)
      if (removal.removal === 'unauthorised') {
        this.#refused.set(region, removal)
        this.#parts.onRefused(removal.error)
      }
      if (removal.removal !== 'throttled') return removal
      this.#isSlow = true
    }
  }
}

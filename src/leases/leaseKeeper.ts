import type { Clock } from '../clock.ts'
import { Emitter } from '../emitter.ts'
import { Rounds } from '../rounds.ts'
import type { Timers } from '../timers.ts'
import { fairShare } from './fairShare.ts'
import type { HeldLeases, Standing } from './heldLeases.ts'
import { leaderLease, type Leases, type Roll } from './leases.ts'

export interface LeaseKeeperParts {
  readonly leases: Leases
  /** Unlike any other of this and earlier runs, of this and other machines. */
  readonly owner: string
  readonly clock: Clock
  readonly timers: Timers
  readonly limits: LeaseLimits
  readonly onFault: (error: unknown) => void
}

/** Milliseconds. */
export interface LeaseLimits {
  /** After so long without a word an instance counts as dead, and the others take over what it did. */
  readonly leaseMs: number
  /** How often an instance says that it lives: a few times within the lease, so that one lost word harms nothing. */
  readonly roundMs: number
}

export const defaultLeaseLimits: LeaseLimits = { leaseMs: 15_000, roundMs: 4000 }

/** After the end of another's lease: its own word may be on the way. */
const takeoverMarginMs = 100

/**
 * Keeps this instance alive in the eyes of the others, takes its share of the leases, and gives up what is
 * above it.
 * ```
 *   timer, somebody came or left, other names ──> live ──> take what is free, up to the share
 *                                                  └────> too many: `gone`, until whoever works says `ended`
 * ```
 */
export class LeaseKeeper implements HeldLeases {
  readonly owner: string
  readonly #parts: LeaseKeeperParts
  readonly #changes: Emitter<{ readonly change: null }>
  #names: readonly string[] = []
  #roll: Roll = { instances: [], holders: new Map() }
  /** Given up, and not yet ended. */
  readonly #leaving = new Set<string>()
  /** When the last successful word was begun: the lease is counted from there, so never too long. */
  #lived: { readonly at: number; readonly elapsed: number } | null = null
  readonly #rounds: Rounds
  #cancelDoubt: () => void = () => undefined
  #endListening: () => void = () => undefined

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts
    this.owner = parts.owner
    this.#changes = new Emitter(parts.onFault)
    this.#rounds = new Rounds({
      timers: parts.timers,
      round: async () => {
        await this.#round()
        return this.#untilNextRound()
      },
      onFault: parts.onFault,
      afterFault: () => this.#untilNextRound(),
    })
  }

  /** Resolves after the first round, whatever came of it: a database that is away comes back. */
  async start(): Promise<void> {
    if (!this.#rounds.start()) return
    this.#endListening = this.#parts.leases.onChange(() => this.#rounds.wake())
    this.#rounds.wake()
    await this.#rounds.rest()
  }

  /** Gives all back: the others go on at once. After the work under the leases has ended. */
  async stop(): Promise<void> {
    const rounds = this.#rounds.stop()
    this.#endListening()
    this.#cancelDoubt()
    await rounds
    this.#roll = { instances: [], holders: new Map() }
    await this.#parts.leases.leave(this.owner).catch(this.#parts.onFault)
  }

  share(names: readonly string[]): void {
    if (names.length === this.#names.length && names.every((name, index) => name === this.#names[index])) return
    this.#names = names
    this.#rounds.wake()
  }

  standing(name: string): Standing {
    if (this.#leaving.has(name) || this.#roll.holders.get(name) !== this.owner) return 'gone'
    return this.#msSinceLived < this.#parts.limits.leaseMs ? 'held' : 'doubtful'
  }

  async ended(name: string): Promise<void> {
    if (this.standing(name) !== 'gone' || !this.#leaving.delete(name)) return
    const holders = new Map(this.#roll.holders)
    holders.delete(name)
    this.#roll = { ...this.#roll, holders }
    // Where this fails the next round finds it still ours, and gives it up again.
    await this.#parts.leases.giveBack(this.owner, [name]).catch(this.#parts.onFault)
  }

  onChange(listener: () => void): () => void {
    return this.#changes.on('change', listener)
  }

  async #round(): Promise<void> {
    const { leases, clock, timers, limits } = this.#parts
    const begun = { at: clock.now(), elapsed: timers.elapsed() }
    const roll = await leases.live(this.owner, limits.leaseMs)
    this.#lived = begun
    const { take, giveUp } = fairShare(this.owner, this.#names, withoutLeader(roll))
    const wanted = roll.holders.has(leaderLease) ? take : [leaderLease, ...take]
    const taken = wanted.length === 0 ? [] : await leases.take(this.owner, wanted)
    this.#roll = { ...roll, holders: new Map([...roll.holders, ...taken.map((name) => [name, this.owner] as const)]) }
    for (const name of this.#leaving) if (this.#roll.holders.get(name) !== this.owner) this.#leaving.delete(name)
    for (const name of giveUp) this.#leaving.add(name)
    if (this.#rounds.isStarted) this.#doubtLater()
    this.#changes.emit('change', null)
  }

  /** Whoever works under a lease hears of it when it becomes doubtful. */
  #doubtLater(): void {
    this.#cancelDoubt()
    const { limits, timers } = this.#parts
    const ms = limits.leaseMs - this.#msSinceLived
    this.#cancelDoubt = timers.after(Math.max(0, ms), () => this.#changes.emit('change', null))
  }

  /** A clock that was set back makes it no shorter; and only the clock knows how long a machine slept. */
  get #msSinceLived(): number {
    if (this.#lived === null) return Infinity
    const { clock, timers } = this.#parts
    return Math.max(timers.elapsed() - this.#lived.elapsed, clock.now() - this.#lived.at)
  }

  #untilNextRound(): number {
    const others = this.#roll.instances.filter(({ owner }) => owner !== this.owner)
    return Math.min(this.#parts.limits.roundMs, ...others.map(({ msLeft }) => Math.max(0, msLeft) + takeoverMarginMs))
  }
}

/** Everybody reaches for it, and who has it takes no fewer lanes: it is little work. */
function withoutLeader({ instances, holders }: Roll): Roll {
  return { instances, holders: new Map([...holders].filter(([name]) => name !== leaderLease)) }
}

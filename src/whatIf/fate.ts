import { type BounceTypeName, type BounceTypes, bounceTypeNames } from '../civimail/bounceTypes.ts'
import type { CountedBounce } from '../civimail/counting.ts'
import type { CrmFacts } from '../civimail/crmFacts.ts'
import type { Decision } from '../civimail/decision.ts'

/** One thing that happened to somebody, by which rule. */
export interface Turn {
  readonly at: number
  readonly rule: string
  /** As 'Invalid bounce' or 'Relay bounce 3 of 3'. */
  readonly how: string
}

/** What is known when a decision is applied. */
export interface Step {
  readonly at: number
  readonly decision: Pick<Decision, 'rule' | 'effects'>
  /** What the gateway counted for the address before, newest first. */
  readonly counted: readonly CountedBounce[]
  readonly facts: CrmFacts | null
}

/**
 * What a sequence of decisions makes of one recipient: whether his address ends on hold, and he opted out. It counts
 * as CiviCRM and the gateway do, each type apart, against the site's thresholds, from the last release on that is
 * known of, an undo's included. Pure but for its own state.
 *
 * Bounces that CiviCRM had recorded before the history begins are not known here, so a count may be higher there.
 */
export class Fate {
  readonly #types: BounceTypes
  /** Times of bounces on mailings, by type: CiviCRM counts these. */
  readonly #onMailings = new Map<BounceTypeName, number[]>()
  /** How far the gateway's own count got, by type, and with the bounce of which time. */
  readonly #byAddress = new Map<BounceTypeName, { readonly reached: number; readonly at: number }>()
  #held: Turn | null = null
  #optedOut: Turn | null = null
  /** When the address was last released, as far as is known. */
  #releasedAt: number | null = null

  constructor(types: BounceTypes) {
    this.#types = types
  }

  get held(): Turn | null {
    return this.#held
  }

  get optedOut(): Turn | null {
    return this.#optedOut
  }

  apply({ at, decision: { rule, effects }, counted, facts }: Step): void {
    const known = releaseOf(facts)
    if (known !== null) this.release(known)
    const releasedAt = this.#releasedAt
    for (const effect of effects) {
      if (effect.effect === 'optOut') {
        this.#optedOut ??= { at, rule, how: 'opt-out' }
      } else if (effect.effect === 'bounce') {
        const times = [...(this.#onMailings.get(effect.bounceType) ?? []), at]
        this.#onMailings.set(effect.bounceType, times)
        this.#reach(effect.bounceType, times.length, { at, rule })
      } else if (effect.effect === 'hold') {
        const { bounceType } = effect
        const before = counted.filter((one) => one.bounceType === bounceType && one.at >= (releasedAt ?? one.at))
        this.#byAddress.set(bounceType, { reached: before.length + 1, at })
        this.#reach(bounceType, before.length + 1, { at, rule })
      }
    }
  }

  /** Somebody, or an undo, released the address: bounces before it no longer count. */
  release(releasedAt: number): void {
    this.#releasedAt = Math.max(releasedAt, this.#releasedAt ?? releasedAt)
    for (const [type, times] of this.#onMailings)
      this.#onMailings.set(
        type,
        times.filter((time) => time > releasedAt),
      )
    for (const [type, { at }] of this.#byAddress) if (at < releasedAt) this.#byAddress.delete(type)
    if (this.#held !== null && this.#held.at < releasedAt) this.#held = null
  }

  /** An undo took an opt-out back. */
  optIn(at: number): void {
    if (this.#optedOut !== null && this.#optedOut.at < at) this.#optedOut = null
  }

  /** What changes nothing of it is equal: two that are on hold fare the same, whatever counts went with it. */
  equals(other: Fate): boolean {
    return this.#summary() === other.#summary()
  }

  /** In words: 'on hold since 2026-11-24 (Invalid bounce, rule bounce-permanent)'. */
  toString(): string {
    const parts: string[] = []
    if (this.#held !== null) parts.push(`on hold since ${turnText(this.#held)}`)
    if (this.#optedOut !== null) parts.push(`opted out since ${turnText(this.#optedOut)}`)
    const counts = this.#held === null ? this.#counts() : ''
    if (counts !== '') parts.push(`not on hold (${counts})`)
    return parts.length === 0 ? 'nothing done' : parts.join(', ')
  }

  #summary(): string {
    if (this.#held !== null || this.#optedOut !== null)
      return JSON.stringify([this.#held !== null, this.#optedOut !== null])
    return this.#counts()
  }

  /** Bounces that count towards a hold. */
  #counts(): string {
    return bounceTypeNames
      .flatMap((type) => {
        const { threshold } = this.#types[type]
        const reached = Math.max(this.#onMailings.get(type)?.length ?? 0, this.#byAddress.get(type)?.reached ?? 0)
        return reached === 0 || threshold === 0 ? [] : [`${type} bounce ${reached} of ${threshold}`]
      })
      .join(', ')
  }

  #reach(type: BounceTypeName, count: number, { at, rule }: Pick<Turn, 'at' | 'rule'>): void {
    const { threshold } = this.#types[type]
    if (threshold === 0 || count < threshold || this.#held !== null) return
    this.#held = { at, rule, how: threshold === 1 ? `${type} bounce` : `${type} bounce ${count} of ${threshold}` }
  }
}

function releaseOf(facts: CrmFacts | null): number | null {
  if (facts === null) return null
  const { queueRow, addressRows } = facts
  const dates = [
    ...(typeof queueRow === 'string' ? [] : [queueRow.resetDate]),
    ...(addressRows === 'unread' ? [] : addressRows.map(({ resetDate }) => resetDate)),
  ].filter((date) => date !== null)
  return dates.length === 0 ? null : Math.max(...dates)
}

function turnText({ at, rule, how }: Turn): string {
  const day = new Date(at).toISOString().slice(0, 10)
  return how === 'opt-out' ? `${day} (rule ${rule})` : `${day} (${how}, rule ${rule})`
}

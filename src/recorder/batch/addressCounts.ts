import type { CountedBounce } from '../../civimail/counting.ts'
import type { Decision } from '../../civimail/decision.ts'
import { addressKey } from '../../ses/addresses.ts'
import type { EventWork } from '../state/eventWork.ts'

/**
 * What the gateway counted for addresses: from the ledger, and earlier in the same batch, whose decisions
 * are not stored yet.
 */
export class AddressCounts {
  readonly #counted: Map<string, readonly CountedBounce[]>

  constructor(stored: ReadonlyMap<string, readonly CountedBounce[]>) {
    this.#counted = new Map(stored)
  }

  /** For deciding this event: what counted for the address it was mailed to, the event itself left out. */
  before(work: EventWork): readonly CountedBounce[] {
    const counted = this.#counted.get(countedAddress(work)) ?? []
    const own = work.entry?.effects.find(({ effect }) => effect.effect === 'hold')?.effect
    if (own?.effect !== 'hold') return counted
    // Decided before and not carried out: the ledger counts it already.
    const { occurredAt } = work.event
    const index = counted.findIndex(
      ({ bounceType, at }) => bounceType === own.bounceType && (at === occurredAt || occurredAt === null),
    )
    return index < 0 ? counted : counted.toSpliced(index, 1)
  }

  /** Counts what was just decided, for the events behind it. */
  add(work: EventWork, decision: Decision, now: number): void {
    for (const effect of decision.effects) {
      if (effect.effect !== 'hold') continue
      const address = addressKey(effect.address)
      const others = address === countedAddress(work) ? this.before(work) : (this.#counted.get(address) ?? [])
      const bounce = { bounceType: effect.bounceType, at: work.event.occurredAt ?? now }
      this.#counted.set(address, [bounce, ...others])
    }
  }
}

/** The address whose count decides. */
export function countedAddress({ correlation }: EventWork): string {
  return addressKey(correlation.mailedTo)
}

/**
 * **Claim room**: how much all lanes together may hold in memory of what they have claimed. One half belongs to
 * the lanes in equal shares, so that each can always claim something, whatever the others hold; the other half
 * is lent to whoever asks, at most half of what is left of it at a time, so that nobody takes it all.
 *
 * A site in trouble borrows nothing: what it holds, it may hold until its calls have timed out.
 */
export class ClaimRoom {
  readonly #kib: number
  readonly #held = new Map<string, number>()
  /** Of the messages that a lane claimed last: what it will claim next is most likely like them. */
  readonly #messageKib = new Map<string, number>()

  /** @param kib KiB of messages, over all lanes */
  constructor(kib: number) {
    this.#kib = kib
  }

  /** KiB of messages that lanes hold. */
  get held(): number {
    return sum(this.#held.values())
  }

  /**
   * How many of `wanted` notifications a lane may claim now: at least one where it holds nothing.
   * @param lanes that there are
   */
  ask(lane: string, wanted: number, { lanes, borrows }: { readonly lanes: number; readonly borrows: boolean }): number {
    const share = this.#kib / 2 / Math.max(1, lanes)
    const held = this.#held.get(lane) ?? 0
    const lent = sum([...this.#held.values()].map((kib) => Math.max(0, kib - share)))
    const room = Math.max(0, share - held) + (borrows ? Math.max(0, this.#kib / 2 - lent) / 2 : 0)
    const messages = Math.floor(room / (this.#messageKib.get(lane) ?? usualKib))
    return Math.min(wanted, held === 0 ? Math.max(1, messages) : messages)
  }

  /** These were claimed. @returns what gives their room back */
  take(lane: string, messages: readonly { readonly raw: Uint8Array }[]): () => void {
    const kib = sum(messages.map(({ raw }) => raw.byteLength)) / 1024
    if (messages.length > 0) this.#messageKib.set(lane, Math.max(1, kib / messages.length))
    this.#held.set(lane, (this.#held.get(lane) ?? 0) + kib)
    let given = false
    return () => {
      if (given) return
      given = true
      const left = (this.#held.get(lane) ?? 0) - kib
      // Sums of fractions: what is left of nothing is not quite nothing.
      if (left < 0.001) this.#held.delete(lane)
      else this.#held.set(lane, left)
    }
  }

  /** The lane is no more, and holds nothing. */
  forget(lane: string): void {
    this.#messageKib.delete(lane)
  }
}

/** A bounce with the headers of its mail. */
const usualKib = 4

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}

/**
 * Shares this process out among the lanes: so many work at the same time, and of those that want to, the one
 * whose last batch is longest ago comes first. A site with a million waiting goes to the end of the line after
 * each batch; one that has ten now and then is always at its head.
 * ```
 *   begin ──> waits in line ──> works ──aside──> waits for its site ──> waits in line ──> works ──end──>
 *             (oldest first)             gives its place to the next
 * ```
 * Who waits for a site works at nothing: however many sites hang, they hold no place.
 */
export class Turns {
  readonly #places: number
  readonly #line: Waiting[] = []
  readonly #lastBatch = new Map<string, number>()
  #working = 0
  #batches = 0

  /** @param places lanes that may work at the same time, at least 1 */
  constructor(places: number) {
    this.#places = places
  }

  /** Lanes that want to work and have to wait. */
  get waiting(): number {
    return this.#line.length
  }

  /** Resolves when the lane may work. Whoever calls it ends the turn. */
  async begin(lane: string): Promise<Turn> {
    const place: Place = { rank: this.#lastBatch.get(lane) ?? 0 }
    await this.#enter(place)
    return new Turn(
      async () => this.#enter(place),
      () => this.#leave(),
      () => this.#lastBatch.set(lane, (this.#batches += 1)),
    )
  }

  /** The lane is no more. */
  forget(lane: string): void {
    this.#lastBatch.delete(lane)
  }

  async #enter({ rank }: Place): Promise<void> {
    if (this.#working < this.#places) {
      this.#working += 1
      return
    }
    await new Promise<void>((resolve) => {
      // Behind those of the same rank: first come, first served.
      const index = this.#line.findIndex((other) => other.rank > rank)
      this.#line.splice(index === -1 ? this.#line.length : index, 0, { rank, resolve })
    })
  }

  /** The place goes to the first in line, so that nobody slips in between. */
  #leave(): void {
    const next = this.#line.shift()
    if (next === undefined) this.#working -= 1
    else next.resolve()
  }
}

interface Place {
  /** When the lane's last batch ended, in batches; kept through a turn, so that one that was begun is finished soon. */
  readonly rank: number
}

interface Waiting extends Place {
  readonly resolve: () => void
}

/** One lane at work. */
export class Turn {
  readonly #enter: () => Promise<void>
  readonly #leave: () => void
  readonly #served: () => void
  /** Waits for the site under way: it may be asked several things at once. */
  #asides = 0

  constructor(enter: () => Promise<void>, leave: () => void, served: () => void) {
    this.#enter = enter
    this.#leave = leave
    this.#served = served
  }

  /** Waits for something outside this process, while others work. Settles as `wait` does, when there is a place again. */
  async aside<T>(wait: () => Promise<T>): Promise<T> {
    this.#asides += 1
    if (this.#asides === 1) this.#leave()
    try {
      return await wait()
    } finally {
      this.#asides -= 1
      if (this.#asides === 0) await this.#enter()
    }
  }

  /** @param served whether a batch was done: then the others come first */
  end({ served }: { readonly served: boolean }): void {
    if (served) this.#served()
    this.#leave()
  }
}

/**
 * What a lane remembers of events that failed, until they pass: how small their next call has to be, and
 * whether their failures are their own. Kept in memory: after a restart the search begins anew.
 */

/** After a call that may have been carried out nobody can try its halves at once: the look has to wait for minutes. So it is cut more finely. */
const share = 8

interface Suspect {
  /** Most items of a call that this one may be part of. */
  readonly largestCall: number
  /** Times it failed alone. */
  readonly failures: number
  /** How much the site had recorded when it last failed alone; null = it never did. */
  readonly recordedThen: number | null
  /** It failed alone while the site recorded others. */
  readonly culprit: boolean
}

const unsuspected: Suspect = { largestCall: Infinity, failures: 0, recordedThen: null, culprit: false }

export class Suspects {
  readonly #suspects = new Map<string, Suspect>()
  #recorded = 0

  /** Items carried out so far. */
  get recorded(): number {
    return this.#recorded
  }

  /** This one was carried out, which also proves that the site can. */
  passed(id: string): void {
    this.#recorded += 1
    this.#suspects.delete(id)
  }

  /** A call with these failed as a whole and may have been carried out; any of them may be the cause. */
  failedTogether(ids: readonly string[]): void {
    for (const id of ids) {
      const before = this.#suspects.get(id) ?? unsuspected
      const largestCall = Math.max(1, Math.min(before.largestCall, Math.floor(ids.length / share)))
      this.#suspects.set(id, { ...before, largestCall })
    }
  }

  /**
   * One failed in a call of its own, or with an answer of its own. Its own fault is only what happens while
   * the site records others: until then its failures say nothing about it, and it must not become a dead
   * letter for them.
   *
   * Ask after the whole batch: what others did in it counts.
   * @param recordedBefore {@link recorded} when the batch began
   */
  failedAlone(id: string, recordedBefore: number): { readonly own: boolean; readonly failures: number } {
    const before = this.#suspects.get(id) ?? unsuspected
    const own = this.#recorded > Math.min(before.recordedThen ?? recordedBefore, recordedBefore)
    const failures = before.failures + 1
    const culprit = before.culprit || own
    this.#suspects.set(id, { largestCall: 1, failures, recordedThen: this.#recorded, culprit })
    return { own, failures }
  }

  /** Whether this one has failed by itself before: if it fails again, that says nothing about the site. */
  isCulprit(id: string): boolean {
    return this.#suspects.get(id)?.culprit ?? false
  }

  /** It ended otherwise. */
  forget(id: string): void {
    this.#suspects.delete(id)
  }

  /** Cuts items into calls of at most `size`, smaller ones where a suspect is among them; order is kept. */
  cut<Item>(items: readonly Item[], size: number, idOf: (item: Item) => string): readonly (readonly Item[])[] {
    const calls: Item[][] = []
    let call: Item[] = []
    let room = size
    for (const item of items) {
      const largest = Math.min(size, this.#suspects.get(idOf(item))?.largestCall ?? size)
      if (call.length > 0 && call.length >= Math.min(room, largest)) {
        calls.push(call)
        call = []
        room = size
      }
      call.push(item)
      room = Math.min(room, largest)
    }
    if (call.length > 0) calls.push(call)
    return calls
  }
}

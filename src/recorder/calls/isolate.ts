/**
 * Finds out whose fault it is that a request failed: one item's, or the site's.
 *
 * A request that failed without having done anything is cut into halves, and these again. If something
 * passes, what fails alone is at fault itself; if nothing passes, the site is. Where several fail alone one
 * after another, the last item of all is asked as a witness, so that bad ones side by side are told from a
 * site that went down. A site that is down costs log2(n) + 4 requests, one bad item among n about 2 log2(n).
 */

/** What a call says of all its items together. */
export type Tried<Fault> =
  | { readonly passed: true }
  /** `divisible`: nothing was done, and one item alone may have caused it. */
  | { readonly passed: false; readonly fault: Fault; readonly divisible: boolean }

export interface Isolation<Item, Fault> {
  /** Items whose call passed. */
  readonly passed: readonly Item[]
  /** Items that failed in a call of their own while others passed. */
  readonly culprits: readonly { readonly item: Item; readonly fault: Fault }[]
  /** Why the rest was given up: the site's fault. null = everything was tried. */
  readonly siteFault: Fault | null
  /** Items of a call that failed by the site's fault, or that were not tried any more. */
  readonly left: readonly Item[]
  /** Those of `left` that failed alone before the site was blamed: nobody can say whether it was theirs. */
  readonly unclear: readonly Item[]
}

/** So many failing alone one after another, with nothing passing in between, need a witness. */
const inARow = 3

/** Calls with all items, then, where that fails, with fewer and fewer; in order, but for a witness. */
export async function isolate<Item, Fault>(
  items: readonly Item[],
  call: (items: readonly Item[]) => Promise<Tried<Fault>>,
): Promise<Isolation<Item, Fault>> {
  const passed: Item[] = []
  const alone: { readonly item: Item; readonly fault: Fault }[] = []
  const pieces: (readonly Item[])[] = items.length === 0 ? [] : [items]
  let failedInARow = 0

  const giveUp = (siteFault: Fault): Isolation<Item, Fault> => {
    const suspects = passed.length === 0 ? alone.length : failedInARow
    const culprits = alone.slice(0, alone.length - suspects)
    const unclear = alone.slice(alone.length - suspects).map(({ item }) => item)
    return { passed, culprits, siteFault, left: [...unclear, ...pieces.flat()], unclear }
  }

  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    const tried = await call(piece)
    if (tried.passed) {
      passed.push(...piece)
      failedInARow = 0
      continue
    }
    if (!tried.divisible) {
      pieces.unshift(piece)
      return giveUp(tried.fault)
    }
    if (piece.length > 1) {
      const middle = Math.ceil(piece.length / 2)
      pieces.unshift(piece.slice(0, middle), piece.slice(middle))
      continue
    }
    const [item] = piece
    if (item !== undefined) alone.push({ item, fault: tried.fault })
    failedInARow += 1
    if (failedInARow > inARow) return giveUp(tried.fault)
    if (failedInARow === inARow) {
      const last = pieces.pop()
      if (last === undefined) return giveUp(tried.fault)
      if (last.length > 1) pieces.push(last.slice(0, -1))
      pieces.unshift(last.slice(-1))
    }
  }
  const [first] = alone
  if (passed.length === 0 && first !== undefined) return giveUp(first.fault)
  return { passed, culprits: alone, siteFault: null, left: [], unclear: [] }
}

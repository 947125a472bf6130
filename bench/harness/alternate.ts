/**
 * Runs contenders in turn, round after round, so that whatever else the machine does meets all of them. The
 * first round warms up and does not count.
 *
 * @param contenders each returns its figure of one round, e.g. messages a second
 * @returns the figures of a contender, a round after the other
 */
export async function alternate<Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
): Promise<(name: Name) => readonly number[]> {
  const names = namesOf(contenders)
  const figures = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    // Turned by one each time: nobody always comes after the same other.
    for (const [index] of names.entries()) {
      const name = names[(index + round) % names.length]
      if (name === undefined) continue
      const figure = await contenders[name]()
      if (round > 0) figures.get(name)?.push(figure)
    }
  }
  return (name) => figures.get(name) ?? []
}

/** Of the ratios within each round: a slow minute slows both sides of it. */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((figure, round) => figure / (theirs[round] ?? Number.NaN)))
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

function namesOf<Name extends string>(record: Readonly<Record<Name, unknown>>): readonly Name[] {
  // oxlint-disable-next-line no-unsafe-type-assertion -- an object literal of the caller's has no other keys
  return Object.keys(record) as Name[]
}

import { hash } from 'node:crypto'
import type { Roll } from './leases.ts'

export interface Share {
  /** Free ones to be taken. */
  readonly take: readonly string[]
  /** Own ones that are above the share, or no longer there to be shared. */
  readonly giveUp: readonly string[]
}

/**
 * What an instance is to take and to give up, so that each holds about the same number of leases. None gives
 * up before it holds more than the even share, rounded up: so nothing goes to and fro.
 */
export function fairShare(owner: string, names: readonly string[], { instances, holders }: Roll): Share {
  const most = Math.ceil(names.length / Math.max(1, instances.length))
  const wanted = new Set(names)
  const mine = names.filter((name) => holders.get(name) === owner)
  const stray = [...holders].filter(([name, holder]) => holder === owner && !wanted.has(name)).map(([name]) => name)
  const free = names.filter((name) => !holders.has(name))
  return {
    take: ranked(owner, free).slice(0, Math.max(0, most - mine.length)),
    giveUp: [...stray, ...ranked(owner, mine).slice(most)],
  }
}

/** An order of each instance's own, so that those which take at the same time seldom reach for the same. */
function ranked(owner: string, names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, rank: hash('sha1', `${owner}\n${name}`) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ name }) => name)
}

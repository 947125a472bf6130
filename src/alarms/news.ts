import type { Alarm, Told } from './alarm.ts'
import { factsOf } from './kinds.ts'

/** What one channel has to tell of an alarm. */
export interface Item {
  readonly news: 'raised' | 'still' | 'over'
  readonly alarm: Alarm
  /** Times since the channel told it last; all of them at the first. */
  readonly times: number
}

/** How much is told. Milliseconds. */
export interface NewsRules {
  /** So long what comes together is gathered into one message. */
  readonly gatherMs: number
  /** Between two messages of a channel. */
  readonly everyMs: number
  /** An alarm that stays is told again after so long. */
  readonly repeatMs: number
  /** An end is told when it has lasted so long: what comes and goes is one alarm. */
  readonly calmMs: number
  /** How much of the patience of each kind is waited for; 0 in tests. */
  readonly patience: number
}

export const defaultNewsRules: NewsRules = {
  gatherMs: 5000,
  everyMs: 5 * 60_000,
  repeatMs: 24 * 3_600_000,
  calmMs: 2 * 60_000,
  patience: 1,
}

/** What is to be told now, and when there may be something next (null: only after a change). */
export interface News {
  readonly items: readonly Item[]
  readonly nextAt: number | null
}

/**
 * Compares how things stand with what a channel has told of them. There is no queue of messages: however many
 * alarms came and went while a channel was down or had to be silent, its next message says how things stand.
 */
export function newsFor(channel: string, alarms: Iterable<Alarm>, now: number, rules: NewsRules): News {
  const items: Item[] = []
  let nextAt: number | null = null
  for (const alarm of alarms) {
    const due = dueOf(alarm, alarm.told[channel] ?? null, rules)
    if (due === null) continue
    if (due.at <= now) items.push(due.item)
    else if (nextAt === null || due.at < nextAt) nextAt = due.at
  }
  return { items: items.toSorted(byUrgency), nextAt }
}

/** The alarm as it is when the channel has told it. */
export function toldBy(channel: string, { news, alarm }: Item, now: Alarm, at: number): Alarm {
  // Counted meanwhile is not told yet; it may even be over by now, which is still to be told.
  const told: Told = { state: news === 'over' ? 'over' : 'active', at, count: alarm.count }
  return { ...now, told: { ...now.told, [channel]: told } }
}

function dueOf(alarm: Alarm, told: Told | null, rules: NewsRules): { readonly at: number; readonly item: Item } | null {
  const { ends, patienceMs } = factsOf(alarm.kind)
  if (alarm.state === 'over') {
    // What nobody was told of needs no end.
    if (told?.state !== 'active' || ends === 'quiet' || alarm.endedAt === null) return null
    return { at: alarm.endedAt + rules.calmMs, item: { news: 'over', alarm, times: alarm.count } }
  }
  // A channel that believes the last one to last was right all the same, unless that one ended unsaid.
  if (told?.state !== 'active' || (ends === 'quiet' && told.at < alarm.since))
    return {
      at: alarm.since + patienceMs * rules.patience + rules.gatherMs,
      item: { news: 'raised', alarm, times: alarm.count },
    }
  const times = alarm.count < told.count || told.at < alarm.since ? alarm.count : alarm.count - told.count
  if (ends === 'quiet' && times === 0) return null
  return { at: told.at + rules.repeatMs, item: { news: 'still', alarm, times } }
}

const order = { raised: 0, still: 1, over: 2 } as const satisfies Record<Item['news'], number>

function byUrgency(one: Item, other: Item): number {
  return order[one.news] - order[other.news] || one.alarm.since - other.alarm.since
}

import { type AlarmKind, factsOf } from './kinds.ts'

/**
 * **Alarm**: something that a person should know, by kind and subject (a site, a topic, a machine). A pure state
 * machine; what was told is kept apart for each channel, so that one which is down misses nothing.
 * ```
 *             raise                    clear, or quiet for long (by kind)
 *  (nothing) ───────> active ──────────────────────────────> over ── kept a month ──> (nothing)
 *                      ▲  └─┘ raise: counted                  │
 *                      └──────────── raise: begins anew ──────┘
 * ```
 * Times are epoch milliseconds.
 */
export interface Alarm {
  readonly kind: AlarmKind
  /** What it is about: id of a site, ARN of a topic, name of a machine; '' where there is but one. */
  readonly subject: string
  readonly state: 'active' | 'over'
  /** When it was raised first, this time. */
  readonly since: number
  /** When it was raised last. */
  readonly lastAt: number
  /** How often since then. */
  readonly count: number
  /** What was said at the last time; no address, no content of a mail. */
  readonly detail: string
  readonly endedAt: number | null
  /** What each channel has told, by its name. */
  readonly told: Readonly<Record<string, Told>>
}

export interface Told {
  readonly state: 'active' | 'over'
  readonly at: number
  /** {@link Alarm.count} at that time. */
  readonly count: number
}

export interface Occurrence {
  readonly kind: AlarmKind
  readonly subject: string
  readonly detail: string
  /** How many at once. @default 1 */
  readonly count?: number
}

/** Without another time for so long, what cannot be cleared is over. */
export const quietMs = 60 * 60_000

const longestDetail = 600

/** Kind and subject as one text. */
export function alarmKey({ kind, subject }: Pick<Alarm, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`
}

/** @param before the alarm of the same kind and subject; null: none */
export function raised(before: Alarm | null, { kind, subject, detail, count = 1 }: Occurrence, now: number): Alarm {
  const text = detail.length > longestDetail ? `${detail.slice(0, longestDetail).toWellFormed()}…` : detail
  if (before?.state === 'active') return { ...before, lastAt: now, count: before.count + count, detail: text }
  const told = before?.told ?? {}
  return { kind, subject, state: 'active', since: now, lastAt: now, count, detail: text, endedAt: null, told }
}

export function cleared(alarm: Alarm, now: number): Alarm {
  return alarm.state === 'over' ? alarm : { ...alarm, state: 'over', endedAt: now }
}

/** Whether it ends by itself now: a clock set back ends nothing. */
export function isQuiet(alarm: Alarm, now: number): boolean {
  return alarm.state === 'active' && factsOf(alarm.kind).ends === 'quiet' && now >= alarm.lastAt + quietMs
}

/** Clocks of instances differ by less. */
const slackMs = 60_000

/**
 * Of one with moments in the future, which a clock set back since has put there: they are of now, in their order. What
 * waits to be told or ended would wait for as long as the clock went back.
 * @returns null where there is none such
 */
export function setBack(alarm: Alarm, now: number): Alarm | null {
  const { since, lastAt, endedAt, told } = alarm
  const moments = [since, lastAt, endedAt ?? 0, ...Object.values(told).map(({ at }) => at)]
  if (Math.max(...moments) <= now + slackMs) return null
  const entries = Object.entries(told).map(([channel, one]) => {
    const at = Math.min(one.at, now)
    // What was told of an earlier time is not told of this one.
    return [channel, { ...one, at: one.at < since ? Math.min(at, since - 1, now - 1) : at }] as const
  })
  return {
    ...alarm,
    since: Math.min(since, now),
    lastAt: Math.min(lastAt, now),
    endedAt: endedAt === null ? null : Math.min(endedAt, now),
    told: Object.fromEntries(entries),
  }
}

/**
 * What the channels have told, as it is known here and as another instance has stored it: of each what it told last. One
 * instance tells, and the others may not have heard of it when they store what they raise.
 */
export function toldByAll(own: Alarm['told'], stored: Alarm['told']): Alarm['told'] {
  const told = { ...own }
  for (const [channel, other] of Object.entries(stored)) {
    const known = told[channel]
    if (known === undefined || known.at < other.at) told[channel] = other
  }
  return told
}

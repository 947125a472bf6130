import type { Item } from './news.ts'
import { factsOf } from './kinds.ts'

/** One message of a channel: several alarms together. */
export interface AlarmMessage {
  readonly at: string
  /** One line. */
  readonly subject: string
  /** Plain text for people. */
  readonly text: string
  readonly alarms: readonly AlarmLine[]
  /** Items that the text and the list leave out. */
  readonly leftOut: number
  /** Sent by `civicrm-ses alarms test`. */
  readonly test: boolean
}

/** One alarm for programs. */
export interface AlarmLine {
  readonly news: Item['news']
  readonly kind: string
  readonly subject: string
  readonly title: string
  readonly detail: string
  readonly times: number
  readonly since: string
  readonly endedAt: string | null
  readonly hint: string
}

/** More would not be read; `civicrm-ses alarms` lists all. */
const mostItems = 30

const words = { raised: 'ALARM', still: 'STILL', over: 'WELL AGAIN' } as const satisfies Record<Item['news'], string>

/**
 * @param items at least one
 * @param from which gateway it is, for people who have several: the machine's name
 */
export function messageOf(items: readonly Item[], now: number, from: string): AlarmMessage {
  const shown = items.slice(0, mostItems)
  const lines = shown.map((item) => lineOf(item))
  const leftOut = items.length - shown.length
  const more = leftOut === 0 ? [] : [`… and ${leftOut} more: civicrm-ses alarms`]
  return {
    at: iso(now),
    subject: subjectOf(items, from),
    text: `${[...lines.map((line) => textOf(line)), ...more].join('\n\n')}\n\nFrom civicrm-ses on ${from}, ${iso(now)}.\n`,
    alarms: lines,
    leftOut,
    test: false,
  }
}

/** For trying a channel. */
export function testMessage(now: number, from: string): AlarmMessage {
  const text = `This is a test: alarms of civicrm-ses on ${from} arrive here.\nNothing has happened. ${iso(now)}.\n`
  return { at: iso(now), subject: `[civicrm-ses] Test from ${from}`, text, alarms: [], leftOut: 0, test: true }
}

function subjectOf(items: readonly Item[], from: string): string {
  const [first] = items
  if (items.length === 1 && first !== undefined) {
    const { title } = factsOf(first.alarm.kind)
    return `[civicrm-ses] ${words[first.news]}: ${titled(title, first.alarm.subject)}`
  }
  const counts = (['raised', 'still', 'over'] as const).flatMap((news) => {
    const count = items.filter((item) => item.news === news).length
    return count === 0 ? [] : [`${count} ${words[news].toLowerCase()}`]
  })
  return `[civicrm-ses] ${counts.join(', ')} (${from})`
}

function lineOf({ news, alarm, times }: Item): AlarmLine {
  const { kind, subject, detail, since, endedAt } = alarm
  const { title, hint } = factsOf(kind)
  return {
    news,
    kind,
    subject: oneLine(subject),
    title,
    detail: oneLine(detail),
    times,
    since: iso(since),
    endedAt: endedAt === null ? null : iso(endedAt),
    hint,
  }
}

function textOf({ news, subject, title, detail, times, since, endedAt, hint }: AlarmLine): string {
  const often = times === 1 ? '' : `, ${times} times`
  const head = `${words[news]}: ${titled(title, subject)}`
  if (news === 'over') return `${head}\n  It began ${since} and ended ${endedAt ?? 'just now'}.`
  return [head, ...(detail === '' ? [] : [`  ${detail}`]), `  Since ${since}${often}. ${hint}`].join('\n')
}

function titled(title: string, subject: string): string {
  return subject === '' ? title : `${title} (${oneLine(subject)})`
}

/** What a CRM or a stranger wrote must not begin a header or a line of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim()
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

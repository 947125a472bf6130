import { snsPatience } from '../alarms/kinds.ts'
import type { OutputOf } from '../control/call.ts'
import { moment, printable, wrap } from './output.ts'

export type Attention = Pick<OutputOf<'status'>, 'health' | 'deadLetters' | 'effects' | 'alarms'>

/** Subjects of one kind of alarm that are named; `civicrm-ses alarms` has all. */
const mostNamed = 3

/** What needs a person, the worst first; '' where nothing does. */
export function attentionText(status: Attention, width: number | null = null): string {
  const lines = [...unreadyLines(status.health), ...countLines(status), ...alarmLines(status.alarms)]
  if (lines.length === 0) return ''
  const room = width === null ? Infinity : Math.max(24, width - 4)
  const items = lines.map((line) => `  - ${wrap(printable(line), room).join('\n    ')}\n`)
  return `\nNeeds a person:\n${items.join('')}`
}

function unreadyLines(health: Attention['health']): readonly string[] {
  if (health === null || health.ready) return []
  const { checks, freeMiB } = health
  const free = freeMiB === null ? '' : ` (${freeMiB} MiB are free)`
  const why = [
    ...(checks.process === 'failed' ? ['the gateway is stopping'] : []),
    ...(checks.database === 'failed' ? ['the database takes no writes'] : []),
    ...(checks.disk === 'failed' ? [`the data folder's disk has less free space than minimumFreeMiB${free}`] : []),
  ]
  return [`No notification is taken on, each is answered 503: ${why.join(', ')}. ${snsPatience}`]
}

function countLines({ deadLetters, effects }: Attention): readonly string[] {
  const uncertain = effects.filter(({ state }) => state === 'uncertain').reduce((sum, { count }) => sum + count, 0)
  return [
    ...(deadLetters === 0 ? [] : [`Dead letters: ${deadLetters}. See why: civicrm-ses dead-letters`]),
    ...(uncertain === 0
      ? []
      : [`Whether it stands in CiviCRM cannot be known: ${uncertain}. See which: civicrm-ses uncertain list`]),
  ]
}

function alarmLines(alarms: Attention['alarms']): readonly string[] {
  // Of dead letters and of what is uncertain there are the numbers.
  const others = alarms.filter(({ kind }) => kind !== 'deadLetter' && kind !== 'uncertain')
  if (others.length === 0) return []
  return [...others.map(alarmLine), 'What to do about the alarms: civicrm-ses alarms']
}

function alarmLine({ title, since, detail, subjects }: Attention['alarms'][number]): string {
  const named = subjects.filter((subject) => subject !== '')
  const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : ''
  const about = named.length === 0 ? '' : ` (${named.slice(0, mostNamed).join(', ')}${more})`
  // What was said of one of many explains the others least of all.
  const said = subjects.length === 1 && detail !== '' ? ` ${detail}` : ''
  return `${title}${about}, since ${moment(since)}.${said}`
}

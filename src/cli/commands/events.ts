import { type Command, Option } from 'commander'
import { systemClock } from '../../clock.ts'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { effectText } from '../effectText.ts'
import { parseCount } from '../numbers.ts'
import { facts, moment, printable, table, when } from '../output.ts'
import { parseSpan } from '../times.ts'

type Events = OutputOf<'events.search'>
type Notification = OutputOf<'events.notification'>

const standings = ['effective', 'none', 'possible', 'foreign', 'person'] as const
const effectStates = ['planned', 'calling', 'done', 'refused', 'watched', 'uncertain'] as const

interface EventOptions {
  readonly site?: string
  readonly recipient?: string
  readonly kind?: string
  readonly standing?: (typeof standings)[number]
  readonly state?: (typeof effectStates)[number]
  readonly since?: string
  readonly before?: string
  readonly limit: string
}

export function addEventsCommand(program: Command, host: CommandHost): void {
  const events = program
    .command('events')
    .description('mail events with what was decided and done, newest first')
    .option('--site <site>', 'only of this site')
    .option('--recipient <address>', 'only of this address')
    .option('--kind <kind>', 'bounce, complaint, delivery, …')
    .addOption(new Option('--standing <standing>', 'only of this standing').choices(standings))
    .addOption(new Option('--state <state>', 'only with an effect in this state').choices(effectStates))
    .option('--since <time>', 'seen since (12h, 7d, 2026-11-24, 2026-11-24T10:00; UTC unless it names a zone)')
    .option('--before <time>', 'seen before')
    .option('--limit <number>', 'at most so many', '50')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses events --recipient zoe@example.org\n  civicrm-ses events --state uncertain --since 7d\n',
    )
    .action(async (options: EventOptions, command: Command) => {
      const context = contextOf(command, host)
      const now = systemClock.now()
      const { state, limit, site, recipient, kind, standing } = options
      const found = await context.ask('events.search', {
        site,
        recipient,
        kind,
        standing,
        effectState: state,
        ...parseSpan(options, now),
        limit: parseCount(limit, '--limit', 1000),
      })
      context.print(found, (value) => listText(value, host.io.columns))
    })

  events
    .command('notification <id>')
    .description('one stored notification as it arrived')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command, host)
      const found = await context.ask('events.notification', { id: parseCount(id, 'the id') })
      context.print(found, notificationText)
    })
}

function listText(events: Events, width: number | null): string {
  if (events.length === 0) return 'No mail event fits.\n'
  return table(
    [
      { title: 'Seen (UTC)', value: (one) => when(one.firstSeenAt) },
      { title: 'Site', value: (one) => one.key.site },
      { title: 'Recipient', value: (one) => one.event.recipient },
      {
        title: 'Event',
        value: (one) =>
          [
            one.event.kind,
            one.event.bounce?.type ?? one.event.complaint?.feedbackType ?? '',
            one.event.bounce?.subType ?? '',
          ]
            .filter((part) => part !== '')
            .join(' '),
      },
      {
        title: 'Done',
        value: (one) => one.effects.map(doneText).join(', ') || one.decision.standing,
      },
      { title: 'Why', value: (one) => one.decision.explanation },
    ],
    events,
    width,
  )
}

function doneText({ effect, state, undone }: Events[number]['effects'][number]): string {
  return `${effectText(effect)}: ${undone?.state === 'done' ? 'undone' : state}`
}

function notificationText(found: Notification): string {
  const { body, ...rest } = found
  return `${facts([
    ['notification', rest.id],
    ['message id', rest.messageId],
    ['topic', rest.topicArn],
    ['site', rest.site || '(none)'],
    ['state', rest.state],
    ['attempts', rest.attempts],
    ['received', moment(rest.receivedAt)],
    ['reason', rest.reason],
  ])}\n${printable(body)}\n`
}

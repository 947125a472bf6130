import type { Command } from 'commander'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { calledText, portionsText } from '../laneText.ts'
import { table, when } from '../output.ts'

type Status = OutputOf<'status'>

/** Of the refusals remembered; `--json` has all. */
const mostShown = 10

export function addStatusCommand(program: Command, host: CommandHost): void {
  program
    .command('status')
    .description('what waits, what was recorded, what was refused')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('status', {}), statusText)
    })
}

function laneName({ site, mode }: Status['backlog'][number]): string {
  if (mode === 'no site') return '(no site)'
  return mode === 'removed' || mode === 'paused' ? `${site} (${mode})` : site
}

function unclaimedText({ count, more }: Status['unclaimed']): string {
  const number = more ? `more than ${count}` : String(count)
  return (
    `\nKept for no site, mail events of the last 7 days: ${number}.\n` +
    'Where several sites share a topic, none claimed them: civicrm-ses check, civicrm-ses events --standing foreign\n'
  )
}

function statusText(status: Status): string {
  const parts = [status.running ? 'The gateway is running.\n' : 'The gateway is not running.\n']
  parts.push(
    status.backlog.length === 0
      ? '\nNothing waits.\n'
      : `\nWaiting:\n${table(
          [
            { title: 'Site', value: (lane) => laneName(lane) },
            { title: 'Notifications', value: (lane) => lane.waiting },
            { title: 'Oldest', value: (lane) => when(lane.oldestReceivedAt) },
          ],
          status.backlog,
        )}`,
  )
  if (status.backlog.some(({ mode }) => mode === 'removed'))
    parts.push('\nWhat waits for a removed site is kept: civicrm-ses waiting --help\n')
  if (status.lanes.length > 0) {
    parts.push(
      `\nSites in trouble:\n${table(
        [
          { title: 'Site', value: (lane) => lane.site },
          { title: 'Called', value: calledText },
          { title: 'In one request', value: portionsText },
          { title: 'Last fault', value: ({ fault, bounces, reads }) => fault ?? bounces.because ?? reads.because },
        ],
        status.lanes,
      )}`,
    )
  }
  if (status.queues !== null && status.queues.length > 0) {
    parts.push(
      `\nQueues:\n${table(
        [
          { title: 'Queue', value: (one) => one.arn },
          { title: 'State', value: (one) => one.state },
          { title: 'Waiting', value: (one) => one.waiting },
          { title: 'Received', value: (one) => one.received },
          { title: 'Trouble', value: (one) => one.error ?? '' },
        ],
        status.queues,
      )}`,
    )
  }
  if (status.effects.length > 0) {
    parts.push(
      `\nEffects:\n${table(
        [
          { title: 'Site', value: (one) => one.site || '(no site)' },
          { title: 'Effect', value: (one) => one.effect },
          { title: 'State', value: (one) => one.state },
          { title: 'Count', value: (one) => one.count },
        ],
        status.effects,
      )}`,
    )
  }
  if (status.unclaimed.count > 0) parts.push(unclaimedText(status.unclaimed))
  if (status.refusals !== null && status.refusals.total > 0) {
    const { byCode, recent } = status.refusals
    parts.push(
      `\nRefused since the start (unverified: anyone can cause it):\n${table(
        [
          { title: 'Code', value: (one) => one.code },
          { title: 'Count', value: (one) => one.count },
        ],
        byCode,
      )}`,
      `\nThe last ones:\n${table(
        [
          { title: 'Time', value: (one) => when(one.at) },
          { title: 'Code', value: (one) => one.code },
          { title: 'Topic', value: (one) => one.topicArn },
          { title: 'Reason', value: (one) => one.reason },
        ],
        recent.slice(0, mostShown),
      )}`,
    )
  }
  return parts.join('')
}

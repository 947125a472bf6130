import type { Command } from 'commander'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { parseCount } from '../numbers.ts'
import { table } from '../output.ts'

interface DrainOptions {
  readonly site?: string
  readonly limit?: string
  readonly dryRun?: boolean
}

type Drained = OutputOf<'queues.drain'>

export function addDrainQueueCommand(program: Command, host: CommandHost): void {
  program
    .command('drain-queue <arn>')
    .description("take all that a queue holds, a subscription's dead-letter queue above all, until it is empty")
    .option('--site <site>', 'it carries feedback of this site only (default: the topic decides)')
    .option('--limit <number>', 'at most so many messages')
    .option('--dry-run', 'only look: nothing is kept, nothing is deleted')
    .addHelpText(
      'after',
      '\nEach message is verified and stored like one that SNS posts, and deleted from the queue when it is on\n' +
        'disk; what is here already is a duplicate and changes nothing. What is refused stays in the queue.\n' +
        'Works beside a running gateway, with its credentials of AWS, and without one, with those of this command.\n' +
        'Exit code 1 if something was refused, or if the end of the queue was not reached without a limit.\n\n' +
        'Examples:\n  civicrm-ses drain-queue arn:aws:sqs:eu-west-1:111122223333:ses-dead-letters --dry-run\n' +
        '  civicrm-ses drain-queue arn:aws:sqs:eu-west-1:111122223333:ses-dead-letters\n',
    )
    .action(async (arn: string, options: DrainOptions, command: Command) => {
      const context = contextOf(command, host)
      const { site = null, dryRun = false } = options
      const limit = options.limit === undefined ? null : parseCount(options.limit, '--limit')
      const drained = await context.ask('queues.drain', { arn, site, limit, dryRun })
      context.print(drained, (done) => drainedText(done, dryRun))
      const isDone = drained.ended === 'empty' || drained.ended === 'limit'
      if (!isDone || drained.refused.length > 0) context.setExitCode(exitCodes.failed)
    })
}

const ends: Readonly<Record<Drained['ended'], string>> = {
  empty: '',
  limit: 'There may be more in the queue.\n',
  'held up': 'It ended before its time, since the next messages would have fared no better.\n',
  stopped: 'It was broken off; there may be more in the queue.\n',
  'under way': '',
}

function drainedText(drained: Drained, dryRun: boolean): string {
  const { received, stored, duplicates, confirmations, refused, undeleted, ended } = drained
  const head = dryRun
    ? `Looked at ${received}: ${stored} would be taken (some may be here already), ${confirmations} confirmed. Nothing was changed (dry run).\n`
    : `Received ${received}: ${stored} stored, ${duplicates} were here already, ${confirmations} to confirm.\n`
  const left = undeleted === 0 ? '' : `${undeleted} of them could not be deleted, and come again.\n`
  const list =
    refused.length === 0
      ? ''
      : `\nRefused, and still in the queue:\n${table(
          [
            { title: 'Count', value: (one) => one.count },
            { title: 'Code', value: (one) => one.code },
            { title: 'Reason', value: (one) => one.reason },
          ],
          refused,
        )}`
  return head + left + ends[ended] + list
}

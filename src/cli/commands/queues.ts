import type { Command } from 'commander'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { parseCount } from '../numbers.ts'
import { table, when } from '../output.ts'

interface AddOptions {
  readonly site?: string
}

interface RefusedOptions {
  readonly queue?: string
  readonly limit: string
}

interface SomeOptions {
  readonly all?: boolean
}

export function addQueuesCommand(program: Command, host: CommandHost): void {
  const queues = program.command('queues').description('SQS queues that are read, and what was refused of them')

  queues
    .command('list')
    .description('the queues and how reading them goes')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('queues.list', {}), listText)
    })

  queues
    .command('add <arn>')
    .description('read a queue from now on, or change which site it is for')
    .option('--site <site>', 'it carries feedback of this site only (default: the topic decides)')
    .addHelpText(
      'after',
      '\nThe queue must be subscribed to the topic without raw message delivery, and the credentials of AWS\n' +
        '(environment, profile, or the role of the machine) must be allowed to read it: docs/operators/queues.md.\n\n' +
        'Example:\n  civicrm-ses queues add arn:aws:sqs:eu-west-1:111122223333:ses-feedback --site main\n',
    )
    .action(async (arn: string, options: AddOptions, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('queues.add', { arn, site: options.site ?? null }), addedText)
    })

  queues
    .command('remove <arn>')
    .description('read a queue no longer; what is in it stays there')
    .action(async (arn: string, _options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('queues.remove', { arn }), ({ removed }) => `${removed} is read no longer.\n`)
    })

  queues
    .command('refused')
    .description('messages that were refused for good and are kept here; --json shows their text')
    .option('--queue <arn>', 'only of this queue')
    .option('--limit <number>', 'at most so many', '50')
    .action(async (options: RefusedOptions, command: Command) => {
      const context = contextOf(command, host)
      const input = { queue: options.queue, limit: parseCount(options.limit, '--limit', 1000) }
      context.print(await context.ask('queues.refused', input), refusedText)
    })

  queues
    .command('retry [ids...]')
    .description('take refused messages as if they had just come: after their topic was allowed, say')
    .option('--all', 'all of them')
    .action(async (ids: readonly string[], options: SomeOptions, command: Command) => {
      const context = contextOf(command, host)
      const outcomes = await context.ask('queues.retry', someOf(ids, options))
      context.print(outcomes, retriedText)
      if (outcomes.some(({ outcome }) => outcome === 'refused')) context.setExitCode(exitCodes.failed)
    })

  queues
    .command('discard [ids...]')
    .description('throw refused messages away')
    .option('--all', 'all of them')
    .action(async (ids: readonly string[], options: SomeOptions, command: Command) => {
      const context = contextOf(command, host)
      const outcome = await context.ask('queues.discard', someOf(ids, options))
      context.print(outcome, ({ discarded }) => `Discarded: ${discarded}.\n`)
    })
}

function someOf(ids: readonly string[], { all = false }: SomeOptions): { readonly ids?: number[] } {
  if (all === ids.length > 0) throw new GatewayError('COMMAND_USAGE', 'name the messages by id, or say --all')
  return all ? {} : { ids: ids.map((id) => parseCount(id, 'the id')) }
}

function listText({ queues, refusedKept }: OutputOf<'queues.list'>): string {
  if (queues.length === 0) return 'No queue is read: civicrm-ses queues add ARN\n'
  const list = table(
    [
      { title: 'Queue', value: (one) => one.arn },
      { title: 'Site', value: (one) => one.site ?? '(by topic)' },
      { title: 'State', value: (one) => one.standing?.state ?? 'no gateway runs' },
      { title: 'Waiting', value: (one) => one.standing?.waiting ?? null },
      { title: 'Received', value: (one) => one.standing?.received ?? null },
      { title: 'Deleted', value: (one) => one.standing?.deleted ?? null },
      { title: 'Refused', value: (one) => one.standing?.refused ?? null },
      { title: 'Left', value: (one) => one.standing?.left ?? null },
      { title: 'Trouble', value: (one) => one.standing?.error ?? '' },
    ],
    queues,
  )
  return refusedKept === 0 ? list : `${list}\nRefused messages kept: ${refusedKept} (civicrm-ses queues refused).\n`
}

const changes: Readonly<Record<string, string>> = {
  added: 'is read from now on',
  changed: 'is read for another site now',
  same: 'was read already',
}

function addedText({ arn, change, error, facts }: OutputOf<'queues.add'>): string {
  const head = `${arn} ${changes[change] ?? ''}.\n`
  if (error !== null) return `${head}It cannot be read yet, and is tried again: ${error}\n`
  if (facts === null) return head
  const where =
    facts.deadLetterQueue === null
      ? 'It has no dead-letter queue: what is refused for good is kept here.'
      : `What is refused for good is left to its dead-letter queue, ${facts.deadLetterQueue}.`
  return `${head}About ${facts.waiting} messages wait in it. ${where}\n`
}

function refusedText({ total, messages }: OutputOf<'queues.refused'>): string {
  if (messages.length === 0) return 'No refused message is kept.\n'
  const list = table(
    [
      { title: 'Id', value: (one) => one.id },
      { title: 'Refused (UTC)', value: (one) => when(one.refusedAt) },
      { title: 'Code', value: (one) => one.code },
      { title: 'Queue', value: (one) => one.queue },
      { title: 'Reason', value: (one) => one.reason },
    ],
    messages,
  )
  return total > messages.length ? `${list}\n${total - messages.length} more are kept.\n` : list
}

function retriedText(outcomes: OutputOf<'queues.retry'>): string {
  if (outcomes.length === 0) return 'No refused message is kept.\n'
  return table(
    [
      { title: 'Id', value: (one) => one.id },
      { title: 'Outcome', value: (one) => one.outcome },
      { title: 'Reason', value: (one) => (one.outcome === 'refused' ? `${one.code}: ${one.reason}` : '') },
    ],
    outcomes,
  )
}

import type { Command } from 'commander'
import type { OutputOf } from '../../control/call.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { parseCount } from '../numbers.ts'
import { table, when } from '../output.ts'

interface ChoiceOptions {
  readonly all?: string
}

export function addUncertainCommand(program: Command, host: CommandHost): void {
  const uncertain = program
    .command('uncertain')
    .description('bounces of which the gateway cannot know whether they stand in CiviCRM: look there, and say so here')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses uncertain list --site main\n  civicrm-ses uncertain there 4711 4712\n' +
        '  civicrm-ses uncertain absent 4713\n  civicrm-ses uncertain look --all main\n',
    )

  uncertain
    .command('list')
    .description('with what to look for in CiviCRM')
    .option('--site <site>', 'only of this site')
    .option('--limit <number>', 'at most so many', '1000')
    .action(async ({ site, limit }: { readonly site?: string; readonly limit: string }, command: Command) => {
      const context = contextOf(command, host)
      const most = parseCount(limit, '--limit', 100_000)
      context.print(
        await context.ask('uncertain.list', { site, limit: most }),
        (list) => listText(list, host.io.columns) + (list.length < most ? '' : 'There may be more: --limit.\n'),
      )
    })

  uncertain
    .command('there [ids...]')
    .description('they stand in CiviCRM: nothing is to be done')
    .option('--all <site>', 'all of this site')
    .action(async (ids: readonly string[], options: ChoiceOptions, command: Command) => {
      const context = contextOf(command, host)
      const done = await context.ask('uncertain.there', choiceOf(ids, options))
      context.print(done, ({ settled, unknown }) => `Done: ${settled.length}.\n${unknownText(unknown)}`)
      if (done.unknown.length > 0) context.setExitCode(exitCodes.failed)
    })

  uncertain
    .command('absent [ids...]')
    .description('they do not stand in CiviCRM: record them')
    .option('--all <site>', 'all of this site')
    .action(async (ids: readonly string[], options: ChoiceOptions, command: Command) => {
      const context = contextOf(command, host)
      const done = await context.ask('uncertain.absent', choiceOf(ids, options))
      context.print(done, ({ settled, ...left }) => `To be recorded: ${settled.length}.\n${leftOutText(left)}`)
      if (done.unknown.length + done.messageGone.length > 0) context.setExitCode(exitCodes.failed)
    })

  uncertain
    .command('look [ids...]')
    .description("let the gateway look: the role has 'administer CiviCRM' by now")
    .option('--all <site>', 'all of this site')
    .action(async (ids: readonly string[], options: ChoiceOptions, command: Command) => {
      const context = contextOf(command, host)
      const done = await context.ask('uncertain.look', choiceOf(ids, options))
      context.print(
        done,
        ({ looked, ...left }) =>
          `To be looked up in the next batch, if the key may: ${looked.length}.\n${leftOutText(left)}`,
      )
      if (done.unknown.length + done.messageGone.length > 0) context.setExitCode(exitCodes.failed)
    })
}

function choiceOf(
  ids: readonly string[],
  { all }: ChoiceOptions,
): { readonly ids: number[]; readonly site?: string | undefined } {
  if (ids.length > 0 === (all !== undefined))
    throw new GatewayError(
      'COMMAND_USAGE',
      'name bounces by the ids of "civicrm-ses uncertain list", or say --all SITE',
    )
  return { ids: ids.map((id) => parseCount(id, 'the id')), site: all }
}

function unknownText(unknown: readonly number[]): string {
  return unknown.length === 0 ? '' : `Not uncertain, or not there at all: ${unknown.join(', ')}.\n`
}

function leftOutText({ unknown, messageGone }: Pick<OutputOf<'uncertain.look'>, 'unknown' | 'messageGone'>): string {
  const gone =
    messageGone.length === 0
      ? ''
      : `Left as they are, since their messages are no longer kept: ${messageGone.join(', ')}.\n`
  return unknownText(unknown) + gone
}

function listText(list: OutputOf<'uncertain.list'>, width: number | null): string {
  if (list.length === 0) return 'Nothing is uncertain.\n'
  return `${table(
    [
      { title: 'Id', value: ({ effectId }) => effectId },
      { title: 'Called (UTC)', value: ({ calledAt }) => when(calledAt) },
      { title: 'Site', value: ({ site }) => site },
      { title: 'Recipient', value: ({ recipient }) => recipient },
      { title: 'Bounce', value: ({ bounceType }) => bounceType },
      { title: 'Mailing job', value: ({ jobId }) => jobId },
      { title: 'Queue row', value: ({ queueId }) => queueId },
      { title: 'In the reason', value: ({ marker }) => `[${marker}]` },
    ],
    list,
    width,
  )}
In CiviCRM's report of the mailing, under bounces, the reason of the recipient shows the mark if the bounce stands there.
It does:       civicrm-ses uncertain there ID
It does not:   civicrm-ses uncertain absent ID
`
}

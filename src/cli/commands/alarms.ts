import type { Command } from 'commander'
import { type ChannelDifference, channelDifference, channelDigests } from '../../alarms/channelDigest.ts'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { parseCount } from '../numbers.ts'
import { table, when, wrap } from '../output.ts'

interface AlarmOptions {
  readonly recent?: boolean
  readonly limit: string
}

export function addAlarmsCommand(program: Command, host: CommandHost): void {
  const alarms = program
    .command('alarms')
    .description('what needs a person, and whether anybody was told')
    .option('--recent', 'also those that are over')
    .option('--limit <number>', 'at most so many', '100')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses alarms --recent\n  civicrm-ses alarms test\n\n' +
        'Where alarms are sent is in the configuration file: `alarms`, see docs/operators/alarms.md.\n',
    )
    .action(async ({ recent = false, limit }: AlarmOptions, command: Command) => {
      const context = contextOf(command, host)
      const found = await context.ask('alarms.list', { recent, limit: parseCount(limit, '--limit', 1000) })
      context.print(found, (value) => listText(value, recent, host.io.columns))
    })

  alarms
    .command('test')
    .description('send a test through every channel and say how it went')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      const own = channelDigests(context.config().alarms.channels)
      const difference = differenceText(channelDifference(own, await context.ask('alarms.channels', {})))
      const tests = await context.ask('alarms.test', {})
      context.print(tests, (value) => testText(value, own.length, host.io.columns))
      if (difference !== '') context.io.err(difference)
      const isWell = tests.length > 0 && difference === '' && tests.every(({ error }) => error === null)
      if (!isWell) context.setExitCode(exitCodes.failed)
    })
}

function listText(alarms: OutputOf<'alarms.list'>, recent: boolean, width: number | null): string {
  if (alarms.length === 0) return recent ? 'No alarms.\n' : 'No alarm is active.\n'
  const rows = table(
    [
      { title: 'Alarm', value: (one) => one.kind },
      { title: 'About', value: (one) => one.subject },
      { title: 'Since (UTC)', value: (one) => when(one.since) },
      ...(recent ? [{ title: 'Until (UTC)', value: (one: (typeof alarms)[number]) => when(one.endedAt) }] : []),
      { title: 'Times', value: (one) => one.count },
      { title: 'Told by', value: (one) => Object.keys(one.told).join(', ') || '(nobody yet)' },
      { title: 'What', value: (one) => [`${one.title}.`, one.detail].filter((part) => part !== '').join(' ') },
    ],
    alarms,
    width,
  )
  const hints = new Map(alarms.filter(({ state }) => state === 'active').map(({ kind, hint }) => [kind, hint]))
  return [
    rows,
    ...[...hints].map(([kind, hint]) => `${wrap(`${kind}: ${hint}`, width ?? Infinity).join('\n')}\n`),
  ].join(hints.size === 0 ? '' : '\n')
}

/** Of the configuration that this command reads, and the gateway that runs; '' where they are alike. */
function differenceText({ missing, changed, left }: ChannelDifference): string {
  const parts = [
    missing.length === 0 ? '' : `lacks ${missing.join(', ')}`,
    changed.length === 0 ? '' : `has other settings for ${changed.join(', ')}`,
    left.length === 0 ? '' : `still has ${left.join(', ')}`,
  ].filter((part) => part !== '')
  if (parts.length === 0) return ''
  return `Warning: the running gateway ${parts.join(', ')}: it read the channels at its start. Restart it to have those of the file.\n`
}

function testText(tests: OutputOf<'alarms.test'>, configured: number, width: number | null): string {
  if (tests.length === 0 && configured > 0) return 'The running gateway has no channel.\n'
  if (tests.length === 0) return 'No channel is configured: add one to `alarms.channels` of the configuration file.\n'
  return table(
    [
      { title: 'Channel', value: (one) => one.channel },
      { title: 'Outcome', value: (one) => one.error ?? 'sent' },
    ],
    tests,
    width,
  )
}

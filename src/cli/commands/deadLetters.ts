import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { parseCount } from '../numbers.ts'
import { table, when } from '../output.ts'
import { parseSpan } from '../times.ts'

interface DeadLetterOptions {
  readonly site?: string
  readonly code?: string
  readonly since?: string
  readonly before?: string
  readonly limit: string
}

export function addDeadLettersCommand(program: Command, host: CommandHost): void {
  program
    .command('dead-letters')
    .description('notifications that need a person, with the reason')
    .option('--site <site>', 'only of this site')
    .option('--code <code>', 'only with this code')
    .option('--since <time>', 'died since (12h, 7d, 2026-11-24, 2026-11-24T10:00; UTC unless it names a zone)')
    .option('--before <time>', 'died before')
    .option('--limit <number>', 'at most so many', '100')
    .addHelpText(
      'after',
      '\nLook at one:    civicrm-ses events notification ID\nTry them again: civicrm-ses replay --help\n',
    )
    .action(async (options: DeadLetterOptions, command: Command) => {
      const context = contextOf(command, host)
      const found = await context.ask('deadLetters.list', {
        site: options.site,
        code: options.code,
        ...parseSpan(options, systemClock.now()),
        limit: parseCount(options.limit, '--limit', 10_000),
      })
      context.print(found, (letters) => listText(letters, host.io.columns))
    })
}

function listText(letters: OutputOf<'deadLetters.list'>, width: number | null): string {
  if (letters.length === 0) return 'No dead letters.\n'
  return table(
    [
      { title: 'Id', value: (one) => one.id },
      { title: 'Received (UTC)', value: (one) => when(one.receivedAt) },
      { title: 'Site', value: (one) => one.site },
      { title: 'Attempts', value: (one) => one.attempts },
      { title: 'Code', value: (one) => one.code },
      { title: 'Reason', value: (one) => one.reason },
    ],
    letters,
    width,
  )
}

import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { parseCount } from '../numbers.ts'
import { moment, table, when } from '../output.ts'
import { parseSpan } from '../times.ts'

interface ListOptions {
  readonly site?: string
  readonly since?: string
  readonly limit: string
}

type Release = OutputOf<'releases.list'>[number]

export function addReleasesCommand(program: Command, host: CommandHost): void {
  const releases = program
    .command('releases')
    .description('addresses that were taken off hold, in CiviCRM or by an undo, newest first')
    .option('--site <site>', 'only of this site')
    .option(
      '--since <time>',
      'only those found since (12h, 7d, 2026-11-24, 2026-11-24T10:00; UTC unless it names a zone)',
    )
    .option('--limit <number>', 'at most so many', '100')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses releases --site main --since 7d\n  civicrm-ses releases look main\n',
    )
    .action(async ({ site, since, limit }: ListOptions, command: Command) => {
      const context = contextOf(command, host)
      const found = await context.ask('releases.list', {
        site,
        ...parseSpan({ since }, systemClock.now()),
        limit: parseCount(limit, '--limit', 10_000),
      })
      context.print(found, (list) => listText(list, host.io.columns))
    })

  releases
    .command('look <site>')
    .description('look for them now, in place of waiting for the next time')
    .action(async (site: string, _options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('releases.look', { site }), ({ found }) => `Found: ${found}.\n`)
    })
}

function listText(releases: readonly Release[], width: number | null): string {
  if (releases.length === 0) return 'No release is known.\n'
  return table(
    [
      { title: 'Found (UTC)', value: ({ foundAt }) => when(foundAt) },
      { title: 'Site', value: ({ site }) => site },
      { title: 'Address', value: ({ address }) => address },
      { title: 'Contact', value: ({ contactId }) => contactId },
      { title: 'By', value: ({ origin }) => (origin === 'undo' ? 'undo' : 'staff') },
      { title: 'SES list', value: suppressionText },
      { title: 'Released', value: releasedText },
    ],
    releases,
    width,
  )
}

function suppressionText({ suppression, suppressionError: error }: Release): string | null {
  return error === null ? suppression : `${suppression} (${error})`
}

function releasedText({ form, dated }: Release): string {
  if (form === 'reset') return dated === null ? '' : moment(dated)
  return `half: CiviCRM kept an old reset date (on hold ${dated === null ? '' : moment(dated)}), so one soft bounce holds it again`
}

import type { Command } from 'commander'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { moment, when, wrap } from '../output.ts'

interface ChoiceOptions {
  readonly site: string
  readonly dryRun?: boolean
}

export function addSetAsideCommand(program: Command, host: CommandHost): void {
  const setAside = program
    .command('set-aside')
    .description('bounces that look like a fault of a mail provider and wait for a person')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses set-aside list\n  civicrm-ses set-aside record example.net --site main --dry-run\n' +
        '  civicrm-ses set-aside drop example.net --site main\n',
    )

  setAside
    .command('list')
    .description('by site and receiving domain, with the numbers')
    .option('--site <site>', 'only of this site')
    .action(async ({ site }: { readonly site?: string }, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('setAside.list', { site }), (groups) => listText(groups, host.io.columns ?? 100))
    })

  setAside
    .command('record <domain>')
    .description('the addresses are bad after all: record these bounces as the policy says')
    .requiredOption('--site <site>', 'the site')
    .option('--dry-run', 'only say how many')
    .action(async (domain: string, { site, dryRun = false }: ChoiceOptions, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('setAside.record', { site, domain, dryRun }), (done) => {
        if (done.dryRun) return `Would record ${done.bounces}. Nothing was changed (dry run).\n`
        const forgotten =
          done.replayed < done.bounces ? `; notifications put back into the inbox: ${done.replayed}` : ''
        return `Released to be recorded: ${done.bounces}${forgotten}.\n`
      })
    })

  setAside
    .command('drop <domain>')
    .description('it was a fault of the provider: these bounces never count')
    .requiredOption('--site <site>', 'the site')
    .option('--dry-run', 'only say how many')
    .action(async (domain: string, { site, dryRun = false }: ChoiceOptions, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('setAside.drop', { site, domain, dryRun }), (done) =>
        done.dryRun
          ? `Would drop ${done.bounces}. Nothing was changed (dry run).\n`
          : `Dropped: ${done.bounces}. They are kept as events and count against nobody.\n`,
      )
    })
}

function listText(groups: OutputOf<'setAside.list'>, width: number): string {
  if (groups.length === 0) return 'Nothing is set aside.\n'
  return groups.map((group) => groupText(group, width)).join('\n')
}

function groupText(group: OutputOf<'setAside.list'>[number], width: number): string {
  const { site, domain, bounces, since, until, released, explanation, before } = group
  const choice = `${domain} --site ${site}`
  return [
    `${domain} (site ${site}): ${bounces} bounces, ${when(since)} to ${moment(until)}`,
    ...wrap(explanation, Math.max(40, width - 2)).map((line) => `  ${line}`),
    ...(released === 0 ? [] : [`  ${released} of them are released and about to be recorded.`]),
    ...(before.bounces === 0
      ? []
      : [
          `  ${before.bounces} were recorded before the burst was seen, from ${moment(before.since ?? since)} on. If it is a fault, take them back:`,
          `    civicrm-ses undo --site ${site} --domain ${domain} --since ${iso(before.since ?? since)}`,
        ]),
    `  A fault of the provider:  civicrm-ses set-aside drop ${choice}`,
    `  Bad addresses after all:  civicrm-ses set-aside record ${choice}`,
    '',
  ].join('\n')
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

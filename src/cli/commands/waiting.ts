import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { table } from '../output.ts'
import { parseMoment } from '../times.ts'

interface DryRun {
  readonly dryRun?: boolean
  readonly yes?: boolean
}

const nothingChanged = 'Nothing was changed (dry run). Add --yes to carry it out.\n'

/** @throws GatewayError COMMAND_USAGE */
function isDry({ dryRun = false, yes = false }: DryRun): boolean {
  if (dryRun && yes) throw new GatewayError('COMMAND_USAGE', '--dry-run and --yes exclude each other')
  return !yes
}

export function addWaitingCommand(program: Command, host: CommandHost): void {
  const waiting = program
    .command('waiting')
    .description('notifications that wait for a site that is gone or paused, or were kept for no site')
    .addHelpText(
      'after',
      '\nWhat waits, and for whom: civicrm-ses status\n\nExamples:\n' +
        '  civicrm-ses waiting move old new           (says how many; --yes carries it out)\n' +
        '  civicrm-ses waiting drop old --yes\n' +
        '  civicrm-ses waiting claim --site new --since 7d\n',
    )

  waiting
    .command('move <from> <to>')
    .description('hand over what waits for a removed or paused site to another one')
    .option('--dry-run', 'only say how many, as without --yes')
    .option('--yes', 'really do it')
    .action(async (from: string, to: string, options: DryRun, command: Command) => {
      const context = contextOf(command, host)
      const dryRun = isDry(options)
      context.print(await context.ask('waiting.move', { from, to, dryRun }), ({ moved, begun }) => {
        const left =
          begun === 0
            ? ''
            : `${begun} stay: something of them is done at ${from}, or may be, and would be done again at ${to}.\n`
        return dryRun ? `Would move ${moved}.\n${left}${nothingChanged}` : `Moved ${moved} to ${to}.\n${left}`
      })
    })

  waiting
    .command('drop <site>')
    .description(
      'end what waits for a removed or paused site, unrecorded; it stays stored: replay --dropped puts it back',
    )
    .option('--dry-run', 'only say how many')
    .option('--yes', 'really do it')
    .action(async (site: string, options: DryRun, command: Command) => {
      const context = contextOf(command, host)
      const dryRun = isDry(options)
      if (dryRun && options.dryRun !== true)
        throw new GatewayError('COMMAND_USAGE', `this would drop all that waits for "${site}"`, {
          hint: 'See how many with --dry-run; add --yes to do it.',
        })
      context.print(await context.ask('waiting.drop', { site, dryRun }), ({ dropped }) =>
        dryRun
          ? `Would drop ${dropped}.\n${nothingChanged}`
          : `Dropped ${dropped}, unrecorded.\n${dropped === 0 ? '' : `To put it back: civicrm-ses replay --dropped --site ${site}\n`}`,
      )
    })

  waiting
    .command('claim')
    .description('look again at what was kept for no site, and hand over what a site claims now')
    .option('--site <site>', 'only what is for this site')
    .option(
      '--since <time>',
      'only what was received since (12h, 7d, 2026-11-24, 2026-11-24T10:00; UTC unless it names a zone)',
    )
    .option('--dry-run', 'only say how many, as without --yes')
    .option('--yes', 'really do it')
    .action(async (options: DryRun & { readonly site?: string; readonly since?: string }, command: Command) => {
      const context = contextOf(command, host)
      const { site, since } = options
      const dryRun = isDry(options)
      const input = {
        site,
        dryRun,
        ...(since === undefined ? {} : { since: parseMoment(since, systemClock.now()) }),
      }
      context.print(await context.ask('waiting.claim', input), ({ seen, claimed }) => {
        if (claimed.length === 0) return `Of ${seen} kept for no site none is claimed by a site.\n`
        const rows = table(
          [
            { title: 'Site', value: (one) => one.site },
            { title: 'Notifications', value: (one) => one.notifications },
          ],
          claimed,
        )
        return rows + (dryRun ? nothingChanged : '')
      })
    })
}

import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import type { InputOf, OutputOf } from '../../control/call.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { parseCount } from '../numbers.ts'
import { facts, table } from '../output.ts'
import { parseSpan } from '../times.ts'

interface ReplayOptions {
  readonly dead?: boolean
  readonly dropped?: boolean
  readonly watched?: boolean
  readonly decided?: boolean
  readonly site?: string
  readonly code?: string
  readonly kind?: string
  readonly since?: string
  readonly before?: string
  readonly limit?: string
  readonly details: string
  readonly withUndone?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
}

type Report = OutputOf<'replay'>

export function addReplayCommand(program: Command, host: CommandHost): void {
  program
    .command('replay [ids...]')
    .description('put stored notifications back into the inbox; effects already in the ledger are not repeated')
    .option('--dead', 'all dead letters that fit the filters')
    .option('--dropped', 'all that a person dropped ("waiting drop"); only with --yes does it wait for its site again')
    .option(
      '--watched',
      'all that was decided in watch mode and carried out nowhere; only with --yes is it carried out',
    )
    .option('--decided', 'all that had no effect yet and would have one by the rules of now (a policy was changed)')
    .option('--site <site>', 'only of this site')
    .option('--code <code>', 'only dead letters with this code')
    .option('--kind <kind>', 'only with a mail event of this kind: bounce, complaint, …')
    .option(
      '--since <time>',
      'died, was dropped or seen first, since (12h, 7d, 2026-11-24, 2026-11-24T10:00; UTC unless it names a zone)',
    )
    .option('--before <time>', 'died, was dropped or seen first, before')
    .option('--limit <number>', 'at most so many notifications')
    .option('--details <number>', 'mail events named one by one in a dry run, at most', '200')
    .option('--with-undone', 'also what would opt somebody out whose opt-out "undo" has taken back since')
    .option('--dry-run', 'only say what would change')
    .option('--yes', 'carry out --decided, --dropped or --watched, which else are dry runs')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses replay 4711\n  civicrm-ses replay --dead --site main --since 7d --dry-run\n' +
        '  civicrm-ses replay --dead --code RECORD_REFUSED --kind bounce\n' +
        '  civicrm-ses replay --dropped --site main                  (shows them; --yes puts them back)\n' +
        '  civicrm-ses replay --watched --site main --since 2d       (shows them; --yes carries them out)\n' +
        '  civicrm-ses replay --decided --site main --since 30d      (shows the difference; --yes carries it out)\n',
    )
    .action(async (ids: readonly string[], options: ReplayOptions, command: Command) => {
      const context = contextOf(command, host)
      const of = whichOf(ids, options)
      if (options.dryRun === true && options.yes === true)
        throw new GatewayError('COMMAND_USAGE', '--dry-run and --yes exclude each other')
      const now = systemClock.now()
      const { site, code, kind, limit } = options
      const report = await context.ask('replay', {
        of,
        ids: ids.map((id) => parseCount(id, 'the id')),
        site,
        code,
        kind,
        ...parseSpan(options, now),
        ...(limit === undefined ? {} : { limit: parseCount(limit, '--limit') }),
        details: parseCount(options.details, '--details', 10_000),
        withUndone: options.withUndone === true,
        dryRun: options.dryRun === true || (needsYes.has(of) && options.yes !== true),
      })
      const isForgotten = report.dryRun && options.dryRun !== true
      context.print(report, (done) => replayText(done, isForgotten, host.io.columns))
      if (report.brokenOff || report.missing.length > 0) context.setExitCode(exitCodes.failed)
    })
}

/** What nobody has asked for so far, or somebody has asked not to be done. */
const needsYes: ReadonlySet<InputOf<'replay'>['of']> = new Set(['decided', 'dropped', 'watched'])

function whichOf(ids: readonly string[], { dead, dropped, watched, decided }: ReplayOptions): InputOf<'replay'>['of'] {
  const ways = [
    ...(ids.length > 0 ? (['ids'] as const) : []),
    ...(dead === true ? (['dead'] as const) : []),
    ...(dropped === true ? (['dropped'] as const) : []),
    ...(watched === true ? (['watched'] as const) : []),
    ...(decided === true ? (['decided'] as const) : []),
  ]
  const [only, ...others] = ways
  if (only !== undefined && others.length === 0) return only
  throw new GatewayError(
    'COMMAND_USAGE',
    'name the notifications by id, or say --dead, --dropped, --watched or --decided',
  )
}

const words: Readonly<Record<Report['details'][number]['foresight'], string>> = {
  new: 'new',
  same: 'nothing changes',
  kept: 'done, stays',
  undone: 'left out: undone since',
  person: 'a person decides',
  unclaimed: 'no site claims it',
}

/** @param tellsOfYes whether it is a dry run only for want of `--yes` */
function replayText(report: Report, tellsOfYes: boolean, width: number | null): string {
  const broken = report.brokenOff ? 'It broke off before it was through: ask again for the rest.\n' : ''
  const ending = `${leftOutText(report)}${keptText(report)}${missingText(report)}${broken}`
  if (!report.dryRun) return `Replayed: ${report.replayed}.\n${ending}`
  const list =
    report.details.length === 0
      ? ''
      : `${table(
          [
            { title: 'Id', value: (one) => one.notificationId },
            { title: 'Site', value: (one) => one.site },
            { title: 'Recipient', value: (one) => one.recipient },
            { title: 'Kind', value: (one) => one.kind },
            { title: 'Then', value: (one) => one.before ?? 'not decided' },
            { title: 'Outcome', value: (one) => words[one.foresight] },
            { title: 'Now', value: (one) => one.now },
          ],
          report.details,
          width,
        )}\n`
  const { events } = report
  const counts = facts([
    ['notifications', report.chosen],
    ['mail events with new effects', events.new],
    ['nothing changes', events.same],
    ['done before, stay as they are', events.kept],
    ['left out, as an undo took it back', events.undone],
    ['a person decides', events.person],
    ['no site claims them', events.unclaimed],
    ['unreadable notifications', report.unreadable],
    ['messages no longer kept', report.gone],
  ])
  return `${list}${counts}${assumedText(report)}${unaskedText(report)}${ending}Nothing was changed (dry run).${tellsOfYes ? ' Add --yes to carry it out.' : ''}\n`
}

function missingText({ missing }: Report): string {
  return missing.length === 0
    ? ''
    : `There is no such notification, or its message is no longer kept: ${missing.join(', ')}.\n`
}

function assumedText({ assumed }: Report): string {
  return assumed === 0
    ? ''
    : `${assumed} mail events are shown as if the address were known and the mailing there; CiviCRM is asked when they come through.\n`
}

function unaskedText({ unasked }: Report): string {
  return unasked
    .map(
      ({ site, message }) =>
        `CiviCRM of ${site} was not asked (${message}): what is shown goes by what was known then, and may turn out otherwise.\n`,
    )
    .join('')
}

function leftOutText({ leftOut }: Report): string {
  return leftOut === 0
    ? ''
    : `Left out: ${leftOut}, which would opt out again whom an undo has opted in since. --with-undone puts them through too.\n`
}

function keptText({ events: { kept } }: Report): string {
  return kept === 0
    ? ''
    : `${kept} would be decided otherwise now, but their effects are done and stay. See whom it concerns with "civicrm-ses policy diff", and take back with "civicrm-ses undo".\n`
}

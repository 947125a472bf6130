import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import type { OutputOf } from '../../control/call.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { readableAddress } from '../../ses/addresses.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { undoLeaseMs } from '../../undo/undoStore.ts'
import { effectName } from '../effectText.ts'
import { exitCodes } from '../fail.ts'
import { parseCount } from '../numbers.ts'
import { facts, moment, table, when } from '../output.ts'
import { parseSpan, type Span } from '../times.ts'

interface UndoOptions {
  readonly site?: string
  readonly since?: string
  readonly before?: string
  readonly domain?: string
  readonly rule?: string
  readonly kind?: string
  readonly effect?: string
  readonly why?: string
  readonly withoutLook?: boolean
  readonly suppression: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly limit: string
}

type Report = OutputOf<'undo'>

export function addUndoCommand(program: Command, host: CommandHost): void {
  const undo = program
    .command('undo')
    .description('take back holds and opt-outs that this gateway made (an outage of a provider, a wrong policy)')
    .option('--site <site>', 'only of this site')
    .option(
      '--since <time>',
      'only of mail events seen since (12h, 7d, 2026-11-24, 2026-11-24T10:00; UTC unless it names a zone)',
    )
    .option('--before <time>', 'only of mail events seen before')
    .option('--domain <domain>', 'only of recipients at this domain and its subdomains')
    .option('--rule <rule>', 'only what this rule of the policy decided')
    .option('--kind <kind>', 'only of this kind of mail event: bounce, complaint')
    .option('--effect <effect>', 'only hold or opt-out')
    .option('--why <text>', 'the reason, kept with the undo')
    .option('--without-look', 'also opt-outs where the API key may not see whether the person asked for it since')
    .option('--no-suppression', 'leave the addresses on the SES suppression list')
    .option('--limit <number>', 'effects named one by one, at most', '200')
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'carry it out')
    .addHelpText(
      'after',
      '\nWithout --yes nothing is changed.\n\nExamples:\n' +
        '  civicrm-ses undo --domain example.net --since 2026-11-24 --before 2026-11-25\n' +
        '  civicrm-ses undo --domain example.net --since 2026-11-24 --before 2026-11-25 --why "outage" --yes\n' +
        '  civicrm-ses undo --rule bounce-permanent --site main --since 7d\n  civicrm-ses undo list\n',
    )
    .action(async (options: UndoOptions, command: Command) => {
      const context = contextOf(command, host)
      const now = systemClock.now()
      const { site, since, before, domain, rule, kind, why } = options
      if ([site, since, before, domain, rule, kind].every((one) => one === undefined))
        throw new GatewayError(
          'COMMAND_USAGE',
          'say what is to be undone: --site, --since, --before, --domain, --rule or --kind',
        )
      if (options.dryRun === true && options.yes === true)
        throw new GatewayError('COMMAND_USAGE', '--dry-run and --yes exclude each other')
      const span = parseSpan(options, now)
      const report = await context.ask('undo', {
        site,
        ...span,
        domain,
        rule,
        kind,
        effect: effectOf(options.effect),
        dryRun: options.yes !== true,
        askedBy: whoAsks(),
        why: why ?? '',
        withoutLook: options.withoutLook ?? false,
        clearSuppression: options.suppression,
        details: parseCount(options.limit, '--limit', 10_000),
      })
      context.print(report, (value) => reportText(value, span, host.io.columns))
      if (report.failed.length > 0 || report.brokenOff) context.setExitCode(exitCodes.failed)
    })

  undo
    .command('list')
    .description('undos that were carried out, newest first')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('undo.list', {}), (undos) => listText(undos, host.io.columns))
    })
}

/** The system's name of whoever runs the command. */
function whoAsks(): string {
  try {
    return userInfo().username
  } catch {
    // In a container a process may run under a number that has no name.
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}

function effectOf(text: string | undefined): 'hold' | 'optOut' | undefined {
  if (text === undefined || text === 'hold') return text
  if (text === 'opt-out' || text === 'optOut') return 'optOut'
  throw new GatewayError('COMMAND_USAGE', `--effect: "${text}" is neither hold nor opt-out`)
}

const words: Readonly<Record<Report['details'][number]['verdict'], string>> = {
  undo: 'undone',
  done: 'undone before',
  left: 'left alone',
  nothing: 'nothing to do',
}

function reportText(report: Report, span: Span, width: number | null): string {
  const { dryRun, effects, suppression } = report
  const wordOf = (verdict: keyof typeof words): string =>
    dryRun && verdict === 'undo' ? 'to be undone' : words[verdict]
  const shown = report.details.filter(({ verdict }) => verdict !== 'nothing')
  const lists =
    shown.length === 0
      ? ''
      : `${table(
          [
            { title: 'Site', value: (one) => one.site },
            { title: 'Recipient', value: (one) => readableAddress(one.recipient) },
            { title: 'Effect', value: (one) => effectName(one.effect) },
            { title: 'Rule', value: (one) => one.rule },
            { title: 'Event', value: (one) => one.eventId },
            { title: 'Outcome', value: (one) => wordOf(one.verdict) },
            { title: 'Why', value: (one) => one.why },
          ],
          shown,
          width,
        )}\n`
  const counts = facts([
    ...spanFacts(span),
    ['recipients', report.recipients],
    [dryRun ? 'effects to be undone' : 'effects undone', effects.undo + effects.done],
    ['left alone', effects.left],
    ['had changed nothing', effects.nothing],
    [dryRun ? 'addresses to be released' : 'addresses released', report.released],
    [dryRun ? 'opt-outs to be taken back' : 'opt-outs taken back', report.optedIn],
  ])
  const failed = report.failed.map(
    ({ site, message }) => `Not done for ${site}: ${message}. Ask again when it is well.\n`,
  )
  return `${lists}${counts}${suppressionText(suppression)}${failed.join('')}${endText(report)}`
}

/** As the gateway took it: a time may have been meant in another zone. */
function spanFacts({ since, before }: Span): readonly (readonly [string, string])[] {
  return [
    ...(since === undefined ? [] : [['mail events seen since', moment(since)] as const]),
    ...(before === undefined ? [] : [['mail events seen before', moment(before)] as const]),
  ]
}

function endText({ dryRun, brokenOff, undoId }: Report): string {
  const broken = brokenOff ? 'It broke off before it was through: ask again for the rest.\n' : ''
  return broken + (dryRun ? 'Nothing was changed. Add --yes to carry it out.\n' : `Kept as undo ${undoId ?? ''}.\n`)
}

function suppressionText(suppression: Report['suppression']): string {
  if (suppression === null) return ''
  const { removed, absent, wanted, failed, error, goesOn } = suppression
  const done = `SES suppression list: ${removed} removed, ${absent} not on it.\n`
  if (wanted + failed === 0) return done
  if (error === null && goesOn) return `${done}${wanted} more are being removed; the gateway goes on by itself.\n`
  return (
    `${done}${wanted + failed} addresses could not be removed from it (${error ?? 'not tried yet'}): SES goes on to drop ` +
    'mail to them, and the next mailing holds them again. Give the gateway AWS credentials that may do ' +
    'ses:DeleteSuppressedDestination (a running gateway tries again every hour), or remove them by hand.\n'
  )
}

function listText(undos: OutputOf<'undo.list'>, width: number | null): string {
  if (undos.length === 0) return 'Nothing was undone yet.\n'
  return table(
    [
      { title: 'Undo', value: (one) => one.id },
      { title: 'Begun (UTC)', value: (one) => when(one.begunAt) },
      { title: 'By', value: (one) => one.askedBy },
      { title: 'Released', value: (one) => one.result?.['released'] ?? null },
      { title: 'Opted in', value: (one) => one.result?.['optedIn'] ?? null },
      { title: 'Left', value: (one) => one.result?.['left'] ?? null },
      { title: 'Chosen', value: ({ chosen }) => chosenText(chosen) },
      { title: 'Why', value: (one) => [stateText(one), one.why].filter((text) => text !== '').join('; ') },
    ],
    undos,
    width,
  )
}

/** What an undo was asked for, in the words of its options. */
function chosenText(chosen: OutputOf<'undo.list'>[number]['chosen']): string {
  const { withoutLook, clearSuppression, ...filter } = chosen
  const parts = Object.entries(filter).map(([name, value]) => {
    if (typeof value === 'number') return `${name} ${moment(value)}`
    return `${name} ${effectName(String(value))}`
  })
  if (withoutLook === true) parts.push('without look')
  if (clearSuppression === false) parts.push('no suppression')
  return parts.join(', ')
}

function stateText({ endedAt, heardAt }: OutputOf<'undo.list'>[number]): string {
  if (endedAt !== null) return ''
  return systemClock.now() - heardAt < undoLeaseMs ? 'under way' : 'broke off'
}

import type { Command } from 'commander'
import type { OutputOf } from '../../control/call.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type CommandContext, type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { json, table } from '../output.ts'

interface PersonOptions {
  readonly tags?: boolean
}

interface ForgetOptions extends PersonOptions {
  readonly dryRun?: boolean
  readonly yes?: boolean
}

const argument = 'address, or - to read it from standard input, where no other user of the machine sees it'

export function addPersonCommands(program: Command, host: CommandHost): void {
  program
    .command('export-person')
    .argument('[address]', argument, '-')
    .description('everything that is stored of one person, as JSON')
    .option('--tags', 'also of local+anything@domain')
    .addHelpText('after', '\nExample:\n  civicrm-ses export-person zoe@example.org > zoe.json\n')
    .action(async (address: string, { tags = false }: PersonOptions, command: Command) => {
      const context = contextOf(command, host)
      const found = await context.ask('persons.export', { address: await read(address, context), withTags: tags })
      context.print(found, json)
      if (found.brokenOff || found.unreadable.length > 0) context.setExitCode(exitCodes.failed)
    })

  program
    .command('forget')
    .argument('[address]', argument, '-')
    .description('erase what is stored of one person')
    .option('--tags', 'also of local+anything@domain')
    .option('--dry-run', 'only say what would be erased')
    .option('--yes', 'carry it out')
    .addHelpText(
      'after',
      '\nWithout --yes nothing is changed.\n\nExamples:\n  civicrm-ses forget zoe@example.org\n' +
        '  civicrm-ses forget zoe@example.org --yes\n  echo zoe@example.org | civicrm-ses forget --yes\n',
    )
    .action(async (address: string, { tags = false, dryRun, yes = false }: ForgetOptions, command: Command) => {
      if (dryRun === true && yes) throw new GatewayError('COMMAND_USAGE', '--dry-run and --yes exclude each other')
      const context = contextOf(command, host)
      const report = await context.ask('persons.forget', {
        address: await read(address, context),
        withTags: tags,
        dryRun: !yes,
      })
      context.print(report, forgetText)
      if (report.brokenOff || report.unreadable.length > 0 || (yes && report.left.length > 0))
        context.setExitCode(exitCodes.failed)
    })
}

async function read(address: string, { io }: CommandContext): Promise<string> {
  return address === '-' ? (await io.readStdin()).toString('utf8').trim() : address
}

/** What a command of the gateway cannot reach. */
const outside = [
  'CiviCRM itself: erase the contact there.',
  'The SES suppression list, on which an address is kept so that nobody mails it again: aws sesv2 delete-suppressed-destination.',
  'Backups of the database, and messages that still lie in a queue of SQS or are repeated by SNS: what arrives later is new.',
  'Alarms that were sent, exports that were made, the log of your mail server.',
]

function forgetText({ dryRun, changed, left, unreadable, sites, brokenOff }: OutputOf<'persons.forget'>): string {
  const columns = [
    { title: 'Where', value: (one: (typeof changed)[number]) => one.what },
    { title: 'Rows', value: (one: (typeof changed)[number]) => one.rows },
  ]
  const parts = [
    changed.length === 0
      ? 'Nothing is stored of this address.\n'
      : `${dryRun ? 'To be erased' : 'Erased'}:\n${table(columns, changed)}`,
  ]
  if (left.length > 0)
    parts.push(
      `Not ${dryRun ? 'to be ' : ''}erased, since it is not finished; ask again when it is recorded:\n${table(columns, left)}`,
    )
  if (unreadable.length > 0)
    parts.push(`Damaged, so that nobody can say whether he is in it:\n${table(columns, unreadable)}`)
  if (sites.length > 0)
    parts.push(`The settings of these sites name the address; change them yourself: ${sites.join(', ')}\n`)
  if (brokenOff) parts.push('It was broken off: what was erased is erased; ask again for the rest.\n')
  parts.push(
    dryRun
      ? 'Nothing was changed (dry run). Add --yes to carry it out.\n'
      : `Outside of it:\n${outside.map((one) => `- ${one}\n`).join('')}`,
  )
  return parts.join('\n')
}

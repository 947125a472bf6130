import { statSync } from 'node:fs'
import type { Command } from 'commander'
import { policyContent } from '../../civimail/policy/presets.ts'
import { systemClock } from '../../clock.ts'
import { formatProblem } from '../../config/problems.ts'
import { checkYaml, readSettingsFile } from '../../config/readYaml.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { inspect, type InspectParts } from '../../inspect/inspect.ts'
import { type InspectReport, isGood } from '../../inspect/report.ts'
import { rulesOfMail } from '../../inspect/siteOfMail.ts'
import { createBoundedGet, createGetDispatcher } from '../../ingest/sns/boundedGet.ts'
import { CachedKeys } from '../../ingest/sns/certificates/cachedKeys.ts'
import { FolderSource } from '../../ingest/sns/certificates/folderSource.ts'
import { HttpsSource } from '../../ingest/sns/certificates/httpsSource.ts'
import { SnsVerifier } from '../../ingest/sns/verifier.ts'
import type { Site } from '../../settings/site.ts'
import type { CommandHost } from '../context.ts'
import { exitCodes, reportFailure } from '../fail.ts'
import { inspectText } from '../inspectText.ts'
import { readInput } from '../io.ts'
import { jsonLine } from '../output.ts'
import { policyNamed } from '../policyFile.ts'
import { sitesFileSchema } from '../sitesFile.ts'
import { parseMoment } from '../times.ts'

interface InspectOptions {
  readonly config?: string
  readonly policy?: string
  readonly certificates?: string
  readonly offline?: boolean
  readonly at?: string
  readonly json?: boolean
}

export function addInspectCommand(program: Command, host: CommandHost): void {
  program
    .command('inspect <files...>')
    .description('what the gateway would make of a message; needs no installation, changes nothing')
    .option('--config <file>', 'sites file of "sites export": judge by the rules of its sites')
    .option('--policy <file>', 'judge by these rules: what "civicrm-ses policy" prints, or the name of a preset')
    .option('--certificates <folder>', 'folder of signing certificates; they are not fetched then')
    .option('--offline', 'fetch nothing: signatures stay unchecked')
    .option(
      '--at <time>',
      "judge certificates at this time (UTC unless it names a zone; default: the message's own Timestamp)",
    )
    .option('--json', 'one JSON line for each file')
    .addHelpText(
      'after',
      '\nReads SNS messages, SQS messages holding one, and bare SES records; - is standard input.\n' +
        'Exit code: 0 all readable and no signature invalid, 1 otherwise, 2 wrong usage.\n\n' +
        'Examples:\n  civicrm-ses inspect message.json\n  civicrm-ses inspect --offline --json *.json\n',
    )
    .action(async (files: readonly string[], _options: InspectOptions, command: Command) => {
      const options: InspectOptions = command.optsWithGlobals()
      const { io } = host
      requireReadable(files, options)
      const dispatcher = createGetDispatcher()
      const parts: InspectParts = {
        verifier: verifierOf(options, () => new HttpsSource(createBoundedGet(dispatcher))),
        rulesFor: rulesFor(options),
        at: options.at === undefined ? null : parseMoment(options.at, systemClock.now()),
        now: systemClock.now(),
      }
      try {
        for (const file of files) {
          const report = await inspectFile(file, parts, host)
          io.out(options.json === true ? jsonLine(report) : inspectText(report))
          if (!isGood(report)) host.setExitCode(exitCodes.failed)
        }
      } finally {
        await dispatcher.close()
      }
    })
}

/**
 * What is mistyped in the call itself is no finding about a message.
 * @throws GatewayError COMMAND_USAGE
 */
function requireReadable(files: readonly string[], { certificates }: InspectOptions): void {
  if (files.filter((file) => file === '-').length > 1)
    throw new GatewayError('COMMAND_USAGE', 'standard input (-) can be read only once')
  if (certificates !== undefined && !isFolder(certificates))
    throw new GatewayError('COMMAND_USAGE', `--certificates: ${certificates} is no folder`)
}

function isFolder(name: string): boolean {
  try {
    return statSync(name).isDirectory()
  } catch {
    return false
  }
}

/** A file that cannot be read must not keep the others from being looked at. */
async function inspectFile(file: string, parts: InspectParts, host: CommandHost): Promise<InspectReport> {
  try {
    return await inspect(file, await readInput(file, host.io), parts)
  } catch (error) {
    // Nor are the others looked at then.
    if (error instanceof GatewayError && error.code === 'COMMAND_BROKEN_OFF') throw error
    if (!(error instanceof GatewayError)) reportFailure(error, host.io, false)
    const code = error instanceof GatewayError ? error.code : 'INTERNAL'
    const message = error instanceof Error ? error.message : 'an unexpected fault'
    return { file, form: 'unreadable', sns: null, events: [], notice: null, error: { code, message } }
  }
}

function verifierOf(options: InspectOptions, https: () => HttpsSource): SnsVerifier | null {
  if (options.certificates !== undefined) {
    return new SnsVerifier(new CachedKeys(new FolderSource(options.certificates), systemClock))
  }
  return options.offline === true ? null : new SnsVerifier(new CachedKeys(https(), systemClock))
}

/** The rules of the sites, whose policy another one may take the place of. */
function rulesFor({ config, policy }: InspectOptions): InspectParts['rulesFor'] {
  const rules = rulesOfMail(config === undefined ? [] : readSites(config))
  if (policy === undefined) return rules
  const content = policyContent(policyNamed(policy))
  return (mail, topicArn) => ({ ...rules(mail, topicArn), policy: content })
}

function readSites(file: string): readonly Site[] {
  const checked = checkYaml(readSettingsFile(file, 'CONFIG_UNREADABLE'), sitesFileSchema)
  if (checked.ok) return checked.value.sites
  throw new GatewayError('CONFIG_INVALID', `${file}: ${checked.problems.map(formatProblem).join('; ')}`, {
    hint: 'Name a sites file, as civicrm-ses sites export writes it; not the configuration of the gateway. A policy is named by --policy.',
  })
}

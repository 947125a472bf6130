import type { Command } from 'commander'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { checkConfig, configFile, loadConfig } from '../../config/load.ts'
import { formatProblem, type Problem } from '../../config/problems.ts'
import { checkYaml, readSettingsFile } from '../../config/readYaml.ts'
import type { Config } from '../../config/schema.ts'
import type { Risk } from '../../config/risk.ts'
import { fileRisks, type PrivateFile } from '../../config/fileRisks.ts'
import { queueRisks } from '../../config/queueRisks.ts'
import { configRisks, siteRisks } from '../../config/risks.ts'
import { topicRisks } from '../../config/topicRisks.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { QueueSettings } from '../../settings/queue.ts'
import type { Site } from '../../settings/site.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { keyProblems } from '../keyCheck.ts'
import { keyFileOf } from '../placeArgument.ts'
import { sitesFileSchema } from '../sitesFile.ts'

interface CheckReport {
  readonly ok: boolean
  readonly file: string | null
  readonly problems: readonly Problem[]
  readonly warnings: readonly Risk[]
}

export function addCheckCommand(program: Command, host: CommandHost): void {
  program
    .command('check [file]')
    .description(
      'check the configuration, the sites and the queues: mistakes with their lines, and warnings of the risky',
    )
    .addHelpText(
      'after',
      '\nWithout a file: the configuration as "serve" would read it, the key file, and the stored sites and queues.\n' +
        'With a file: a configuration, or a sites file of "sites export".\n' +
        'Exit code 1 if there are mistakes; warnings alone are 0.\n',
    )
    .action(async (file: string | undefined, _options, command: Command) => {
      const context = contextOf(command, host)
      const { config } = command.optsWithGlobals<{ config?: string }>()
      const report =
        file === undefined
          ? await checkInstallation(config, host, async () => ({
              sites: await context.ask('sites.list', {}),
              queues: (await context.ask('queues.list', {})).queues,
            }))
          : checkFile(file, host)
      context.print(report, reportText)
      if (!report.ok) context.setExitCode(exitCodes.failed)
    })
}

interface Stored {
  readonly sites: readonly Site[]
  readonly queues: readonly QueueSettings[]
}

async function checkInstallation(
  named: string | undefined,
  host: CommandHost,
  stored: () => Promise<Stored>,
): Promise<CheckReport> {
  const { environment } = host.io
  const file = configFile(named, environment)
  const checked = checkConfig(file === null ? '' : readSettingsFile(file, 'CONFIG_UNREADABLE'), environment)
  if (!checked.ok) return { ok: false, file, problems: checked.problems, warnings: [] }
  const config = loadConfig(named, environment)
  const problems = folderProblems(config)
  const warnings = [...configRisks(config, readCertificates(config)), ...fileRisks(privateFiles(file, config))]
  if (problems.length > 0) return { ok: false, file, problems, warnings }
  try {
    const { sites, queues } = await storedOf(config, stored)
    const ids = sites.map(({ id }) => id)
    const risks = [...sitesRisks(sites), ...queues.flatMap((queue) => queueRisks(queue, ids))]
    const keyless = await keyProblems(config)
    return { ok: keyless.length === 0, file, problems: keyless, warnings: [...warnings, ...risks] }
  } catch (error) {
    const trouble = databaseProblem(config, error)
    if (trouble === null) throw error
    return { ok: false, file, problems: [trouble], warnings }
  }
}

/** Files whose reader has the secrets or the database. */
function privateFiles(file: string | null, config: Config): readonly PrivateFile[] {
  const address = 'the address of the database'
  const { databaseUrlFile } = config
  // Without the environment: what that names does not stand in the file.
  const own = file === null ? null : checkConfig(readSettingsFile(file, 'CONFIG_UNREADABLE'), {})
  const holdsAddress = own?.ok === true && own.value.databaseUrl !== null
  return [
    { about: 'keyFile', file: keyFileOf(config), holds: 'the key of the stored secrets' },
    ...(file !== null && holdsAddress ? [{ about: 'databaseUrl', file, holds: address }] : []),
    ...(databaseUrlFile === null ? [] : [{ about: 'databaseUrlFile', file: databaseUrlFile, holds: address }]),
  ]
}

/** Before the first start there is no database, and so there is nothing to look at. */
async function storedOf(config: Config, stored: () => Promise<Stored>): Promise<Stored> {
  const none: Stored = { sites: [], queues: [] }
  if (config.databaseUrl === null) return existsSync(config.dataFolder) ? stored() : none
  try {
    return await stored()
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'STORAGE_MISSING') return none
    throw error
  }
}

/** What is wrong with a server, or with our reaching it, stands in the configuration; anything else is no mistake there. */
function databaseProblem(config: Config, error: unknown): Problem | null {
  if (config.databaseUrl === null || !(error instanceof GatewayError) || !error.code.startsWith('STORAGE_')) return null
  return { line: null, setting: 'databaseUrl', message: `${error.message} (${error.code}). ${error.hint}` }
}

function sitesRisks(sites: readonly Site[]): readonly Risk[] {
  return [...sites.flatMap(siteRisks), ...topicRisks(sites)]
}

function checkFile(file: string, host: CommandHost): CheckReport {
  const text = readSettingsFile(file, 'INPUT_UNREADABLE')
  // The name that every sites file has at its top tells the two kinds apart.
  if (/^\s*["']?sites["']?\s*:/m.test(text) || /^\s*\{\s*"sites"/.test(text)) {
    const checked = checkYaml(text, sitesFileSchema)
    return checked.ok
      ? { ok: true, file, problems: [], warnings: sitesRisks(checked.value.sites) }
      : { ok: false, file, problems: checked.problems, warnings: [] }
  }
  const checked = checkConfig(text, host.io.environment)
  return checked.ok
    ? { ok: true, file, problems: [], warnings: configRisks(checked.value, readCertificates(checked.value)) }
    : { ok: false, file, problems: checked.problems, warnings: [] }
}

function folderProblems(config: Config): readonly Problem[] {
  const problems: Problem[] = []
  if (existsSync(config.dataFolder) && !statSync(config.dataFolder).isDirectory()) {
    problems.push({ line: null, setting: 'dataFolder', message: `${config.dataFolder} is no folder` })
  }
  if (config.certificatesFolder !== null && !existsSync(config.certificatesFolder)) {
    problems.push({ line: null, setting: 'certificatesFolder', message: `${config.certificatesFolder} does not exist` })
  }
  return problems
}

function readCertificates(config: Config): readonly string[] {
  if (config.certificatesFolder === null || !existsSync(config.certificatesFolder)) return []
  try {
    return readdirSync(config.certificatesFolder)
  } catch (error) {
    throw new GatewayError('CONFIG_UNREADABLE', `${config.certificatesFolder} cannot be read`, { cause: error })
  }
}

function reportText(report: CheckReport): string {
  const lines = [
    ...report.problems.map((problem) => `mistake  ${formatProblem(problem)}`),
    ...report.warnings.map((risk) => `warning  ${risk.about}: ${risk.message}`),
  ]
  const head = report.file === null ? 'no configuration file (defaults and environment)' : report.file
  if (report.ok && lines.length === 0) return `${head}: right, nothing risky.\n`
  return `${head}:\n${lines.map((line) => `  ${line}\n`).join('')}`
}

import type { Command } from 'commander'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { alarmFileRisks } from '../../config/alarmFiles.ts'
import { certificateRisks } from '../../config/certificateRisks.ts'
import { environmentRisks } from '../../config/environmentRisks.ts'
import type { KeyedSite } from '../../config/applyRisks.ts'
import { checkPolicy } from '../../civimail/policy/check.ts'
import { policyContent } from '../../civimail/policy/presets.ts'
import { checkConfig, configFile, loadConfig } from '../../config/load.ts'
import { formatProblem, type Problem } from '../../config/problems.ts'
import { checkYaml, readSettingsFile } from '../../config/readYaml.ts'
import type { Config } from '../../config/schema.ts'
import type { Risk } from '../../config/risk.ts'
import { fileRisks, type PrivateFile } from '../../config/fileRisks.ts'
import { queueRisks } from '../../config/queueRisks.ts'
import { configRisks, keylessRisks, siteRisks } from '../../config/risks.ts'
import { topicRisks } from '../../config/topicRisks.ts'
import { fileNames } from '../../database/sqlite/folder.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { QueueSettings } from '../../settings/queue.ts'
import type { Site } from '../../settings/site.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { diskRisks, folderProblems, folderRisks } from '../folderCheck.ts'
import type { Io } from '../io.ts'
import { keyProblems } from '../keyCheck.ts'
import { keyFileOf } from '../placeArgument.ts'
import { policyFileSchema } from '../policyFile.ts'
import { runOperation } from '../session.ts'
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
        'With a file: the same of this configuration, or what is in a sites file of "sites export", or in a policy.\n' +
        'Exit code 1 if there are mistakes; warnings alone are 0.\n\n' +
        'Examples:\n  civicrm-ses check\n  civicrm-ses check /etc/civicrm-ses.yaml\n  civicrm-ses check sites.yaml\n',
    )
    .action(async (file: string | undefined, _options, command: Command) => {
      const context = contextOf(command, host)
      const { config } = command.optsWithGlobals<{ config?: string }>()
      const report = (file === undefined ? null : checkNamed(file)) ?? (await checkInstallation(file ?? config, host))
      context.print(report, reportText)
      if (!report.ok) context.setExitCode(exitCodes.failed)
    })
}

interface Stored {
  readonly sites: readonly KeyedSite[]
  readonly queues: readonly QueueSettings[]
}

async function checkInstallation(named: string | undefined, { io }: CommandHost): Promise<CheckReport> {
  const { environment } = io
  const file = configFile(named, environment)
  const checked = checkConfig(file === null ? '' : readSettingsFile(file, 'CONFIG_UNREADABLE'), environment)
  if (!checked.ok) return { ok: false, file, problems: checked.problems, warnings: environmentRisks(environment) }
  const config = loadConfig(named, environment)
  const problems = folderProblems(config)
  const certificates = readCertificates(config)
  const warnings = [
    ...environmentRisks(environment),
    ...configRisks(config, certificates),
    ...certificateRisks(config.certificatesFolder ?? '', certificates),
    ...fileRisks(privateFiles(file, config)),
    ...alarmFileRisks(config.alarms, environment['PATH'] ?? ''),
    ...folderRisks(config),
    ...(await diskRisks(config)),
  ]
  if (problems.length > 0) return { ok: false, file, problems, warnings }
  try {
    const stored = await storedOf(config, io)
    const risks = [...storedRisks(stored), ...stored.sites.flatMap(keylessRisks)]
    const keyless = await keyProblems(config)
    const unmade = keyless.length === 0 ? keyFileRisks(config) : []
    return { ok: keyless.length === 0, file, problems: keyless, warnings: [...warnings, ...risks, ...unmade] }
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
    ...config.alarms.channels.flatMap((channel) => {
      const about = `alarms.channels, ${channel.name}`
      const secret =
        channel.type === 'email' ? channel.passwordFile : channel.type === 'webhook' ? channel.tokenFile : null
      return secret === null ? [] : [{ about, file: secret, holds: 'a secret' }]
    }),
    ...(file !== null && holdsAddress ? [{ about: 'databaseUrl', file, holds: address }] : []),
    ...(databaseUrlFile === null ? [] : [{ about: 'databaseUrlFile', file: databaseUrlFile, holds: address }]),
  ]
}

/** Before the first start there is no database, and so there is nothing to look at; and looking must not make one. */
async function storedOf(config: Config, { stopped: signal }: Io): Promise<Stored> {
  const none: Stored = { sites: [], queues: [] }
  if (config.databaseUrl === null && !existsSync(path.join(config.dataFolder, fileNames.database))) return none
  const asker = { signal, progress: () => undefined }
  try {
    const sites = await runOperation(config, 'sites.list', {}, { asker })
    return { sites, queues: (await runOperation(config, 'queues.list', {}, { asker })).queues }
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

/** In a data folder the first key is made by itself, and where somebody named the file it never is. */
function keyFileRisks({ keyFile }: Config): readonly Risk[] {
  if (keyFile === null || existsSync(keyFile)) return []
  const message = `there is no ${keyFile} yet, and no API key can be stored without it: civicrm-ses keys create`
  return [{ about: 'keyFile', message }]
}

function storedRisks({
  sites,
  queues,
}: {
  readonly sites: readonly Site[]
  readonly queues: readonly QueueSettings[]
}): readonly Risk[] {
  const ids = sites.map(({ id }) => id)
  return [...sites.flatMap(siteRisks), ...topicRisks(sites), ...queues.flatMap((queue) => queueRisks(queue, ids))]
}

/** A sites file or a policy; null where the file is a configuration. @throws GatewayError INPUT_UNREADABLE */
function checkNamed(file: string): CheckReport | null {
  const text = readSettingsFile(file, 'INPUT_UNREADABLE')
  // A name that each of them has at its top tells them apart; that of a site's policy is indented.
  if (/^\s*["']?sites["']?\s*:/m.test(text) || /^\s*\{\s*"sites"/.test(text)) return { file, ...checkSites(text) }
  if (/^["']?policy["']?\s*:/m.test(text) || /^\s*\{\s*"policy"/.test(text)) return { file, ...checkPolicyFile(text) }
  return null
}

function checkPolicyFile(text: string): Omit<CheckReport, 'file'> {
  const checked = checkYaml(text, policyFileSchema)
  if (!checked.ok) return { ok: false, problems: checked.problems, warnings: [] }
  const warnings = checkPolicy(policyContent(checked.value.policy)).map(({ rule, message }) => ({
    about: rule === null ? 'policy' : `policy, rule ${rule}`,
    message,
  }))
  return { ok: true, problems: [], warnings }
}

function checkSites(text: string): Omit<CheckReport, 'file'> {
  const checked = checkYaml(text, sitesFileSchema)
  if (!checked.ok) return { ok: false, problems: checked.problems, warnings: [] }
  const { sites, queues = [] } = checked.value
  return { ok: true, problems: [], warnings: storedRisks({ sites, queues }) }
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

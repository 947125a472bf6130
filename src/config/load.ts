import { existsSync } from 'node:fs'
import path from 'node:path'
import { GatewayError } from '../errors/gatewayError.ts'
import { formatProblem } from './problems.ts'
import { type Checked, checkYaml, readSettingsFile } from './readYaml.ts'
import type { AlarmsConfig } from './alarms.ts'
import { type Config, configSchema, databaseVariables, environmentOverrides, numericOverrides } from './schema.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export const defaultConfigFile = 'civicrm-ses.yaml'

/** The file that holds the configuration: named, from the environment, or the default one if it is there. */
export function configFile(named: string | undefined, environment: Environment): string | null {
  if (named !== undefined) return named
  const fromEnvironment = environment['CIVICRM_SES_CONFIG']
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment
  return existsSync(defaultConfigFile) ? defaultConfigFile : null
}

/** Checks file text and environment together; every mistake is named, not only the first. */
export function checkConfig(text: string, environment: Environment): Checked<Config> {
  const checked = checkYaml(text, configSchema, (data) => applyEnvironment(data, environment))
  if (checked.ok) return checked
  const variables = variablesOf(environment)
  return {
    ok: false,
    problems: checked.problems.map((problem) => {
      const variable = variables.get(problem.setting)
      return variable === undefined ? problem : { ...problem, line: null, variable }
    }),
  }
}

/** The environment variables that are set, by the setting which each overrides. */
function variablesOf(environment: Environment): ReadonlyMap<string, string> {
  const all = [
    ...Object.entries(environmentOverrides).map(([name, path]) => [path.join('.'), `CIVICRM_SES_${name}`] as const),
    ...Object.entries(databaseVariables).map(([name, setting]) => [setting, name] as const),
  ]
  return new Map(all.filter(([, variable]) => (environment[variable] ?? '') !== ''))
}

/**
 * The configuration of this process; relative paths in a file are relative to that file.
 * @throws GatewayError CONFIG_UNREADABLE, CONFIG_INVALID (all mistakes in its text)
 */
export function loadConfig(named: string | undefined, environment: Environment): Config {
  const file = configFile(named, environment)
  const checked = checkConfig(file === null ? '' : readSettingsFile(file, 'CONFIG_UNREADABLE'), environment)
  if (!checked.ok) {
    const mistakes = checked.problems.map(formatProblem).join('; ')
    throw new GatewayError('CONFIG_INVALID', `${file ?? 'the environment'}: ${mistakes}`)
  }
  return resolvePaths(checked.value, file === null ? process.cwd() : path.dirname(path.resolve(file)))
}

function applyEnvironment(data: unknown, environment: Environment): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
  const merged: Record<string, unknown> = { ...data }
  for (const [name, path] of Object.entries(environmentOverrides)) {
    const text = environment[`CIVICRM_SES_${name}`]
    if (text === undefined || text === '') continue
    // As people write numbers: 0x10 and 1e3 are more likely mistakes than ports.
    const value = numericOverrides.has(name) && /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text
    const [first, second] = path
    if (second === undefined) merged[first] = value
    else {
      const inner = merged[first]
      merged[first] = { ...(typeof inner === 'object' && inner !== null ? inner : {}), [second]: value }
    }
  }
  return withDatabase(merged, environment)
}

function withDatabase(data: Record<string, unknown>, environment: Environment): Record<string, unknown> {
  const given = Object.entries(databaseVariables).filter(([name]) => (environment[name] ?? '') !== '')
  if (given.length === 0) return data
  const fromEnvironment = Object.fromEntries(given.map(([name, setting]) => [setting, environment[name]]))
  return { ...data, databaseUrl: null, databaseUrlFile: null, ...fromEnvironment }
}

function resolvePaths(config: Config, base: string): Config {
  const absolute = (name: string | null): string | null => (name === null ? null : path.resolve(base, name))
  const databaseUrlFile = absolute(config.databaseUrlFile)
  return Object.freeze({
    ...config,
    databaseUrl: readDatabaseUrl(config, databaseUrlFile),
    databaseUrlFile,
    dataFolder: path.resolve(base, config.dataFolder),
    certificatesFolder: absolute(config.certificatesFolder),
    keyFile: absolute(config.keyFile),
    alarms: resolveSecrets(config.alarms, absolute),
  })
}

function readDatabaseUrl({ databaseUrl }: Config, file: string | null): string | null {
  if (file === null) return databaseUrl
  const checked = configSchema.shape.databaseUrl.safeParse(readSettingsFile(file, 'CONFIG_UNREADABLE').trim())
  if (checked.success) return checked.data
  throw new GatewayError('CONFIG_INVALID', `${file}: ${checked.error.issues.map(({ message }) => message).join('; ')}`)
}

function resolveSecrets(alarms: AlarmsConfig, absolute: (name: string | null) => string | null): AlarmsConfig {
  const channels = alarms.channels.map((channel) => {
    if (channel.type === 'webhook') return { ...channel, tokenFile: absolute(channel.tokenFile) }
    return channel.type === 'email' ? { ...channel, passwordFile: absolute(channel.passwordFile) } : channel
  })
  return { ...alarms, channels }
}

import type { Command } from 'commander'
import { GatewayError } from '../errors/gatewayError.ts'
import { plainIssues } from '../errors/plainIssues.ts'
import { presetNames } from '../civimail/policy/schema.ts'
import { type Site, type SiteInput, siteModes, siteSchema } from '../settings/site.ts'

/** The settings of a site that have an option of their own; the rest goes by `sites apply`. */
export interface SiteOptions {
  readonly name?: string
  readonly url?: string
  readonly urlForm?: string
  readonly builtin?: boolean
  readonly localpart?: string
  readonly separator?: string
  readonly domain?: readonly string[]
  readonly senderDomain?: readonly string[]
  readonly topic?: readonly string[]
  readonly policy?: string
  readonly mode?: string
  readonly timeZone?: string
  readonly timeout?: number
  readonly longestRequest?: number
  readonly batchSize?: number
  readonly requestsAtOnce?: number
  readonly requestsPerSecond?: number | null
  readonly clearSuppression?: boolean
}

const numberOrAny = (value: string): number | null => (value === 'any' ? null : Number(value))

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value]

export function addSiteOptions(command: Command): Command {
  return command
    .option('--name <text>', 'what people call the site')
    .option('--url <address>', "address of the CMS's front page, e.g. https://crm.example.org")
    .option('--url-form <form>', 'clean (Drupal, Backdrop, Standalone, WordPress with clean URLs), wordpress or joomla')
    .option('--builtin', 'no CiviCRM: record into the built-in contact store')
    .option('--domain <name>', "domain of CiviCRM's mail settings (bounce addresses); repeatable", collect)
    .option('--sender-domain <name>', 'domain the site sends from; repeatable (default: the domains)', collect)
    .option('--localpart <text>', "localpart of CiviCRM's mail settings, e.g. bounce+ ('' for none)")
    .option('--separator <text>', "CiviCRM's verpSeparator (default: .)")
    .option('--topic <arn>', 'ARN of an allowed SNS topic, or the number of an AWS account; repeatable', collect)
    .option('--policy <preset>', presetNames.join(' or '))
    .option('--mode <mode>', `${siteModes.join(', ')} (watch: decide and show, write nothing)`)
    .option('--time-zone <name>', "the site's time zone, e.g. Europe/Berlin; 'ask' asks the site (default)")
    .option('--timeout <seconds>', 'how long an answer of the site may take', Number)
    .option('--longest-request <seconds>', 'after so long no request can be running on the site any more', Number)
    .option('--batch-size <number>', 'bounces in one request, at most', Number)
    .option('--requests-at-once <number>', 'requests to the site at the same time (default: 4)', Number)
    .option('--requests-per-second <number>', "requests to the site in a second; 'any' for no limit", numberOrAny)
    .option('--clear-suppression', 'remove addresses that staff release in CiviCRM from the SES suppression list')
    .option('--no-clear-suppression', 'leave them there')
    .option('--api-key-file <file>', 'file that holds the API key (or CIVICRM_SES_API_KEY, CIVICRM_SES_API_KEY_FILE)')
    .option('--api-key-stdin', 'read the API key from standard input')
    .option(
      '--site-key-file <file>',
      "file that holds CiviCRM's site key, where its role lacks 'authenticate with api key' (or CIVICRM_SES_SITE_KEY, …_FILE)",
    )
    .option('--site-key-stdin', 'read the site key from standard input')
}

/**
 * A site out of options, on top of what is stored.
 * @throws GatewayError COMMAND_USAGE naming every option that is wrong
 */
export function siteFromOptions(id: string, options: SiteOptions, before: Site | null): Site {
  const input = {
    ...(before ?? { policy: { preset: 'standard' } }),
    id,
    name: options.name ?? before?.name ?? id,
    mode: options.mode ?? before?.mode ?? 'record',
    crm: crmOf(options, before),
    mail: mailOf(options, before),
    topics: options.topic ?? before?.topics ?? [],
    ...(options.policy === undefined ? {} : { policy: { preset: options.policy } }),
    ...(options.clearSuppression === undefined
      ? {}
      : { releases: { ...before?.releases, clearSuppression: options.clearSuppression } }),
  }
  const checked = siteSchema.safeParse(
    input satisfies Record<keyof Omit<SiteInput, 'bounceTypes' | 'policy' | 'outageGuard' | 'releases'>, unknown>,
  )
  if (checked.success) return checked.data
  // Sender domains that nobody gave are those of the mail: what is wrong with them is said there.
  const isGiven = ({ path }: { readonly path: readonly PropertyKey[] }): boolean =>
    path[1] !== 'senderDomains' || options.senderDomain !== undefined || options.domain === undefined
  const mistakes = plainIssues(checked.error.issues)
    .filter(isGiven)
    .map((issue) => `${optionOf(issue.path)}: ${issue.message}`)
  throw new GatewayError('COMMAND_USAGE', [...new Set(mistakes)].join('; '))
}

function crmOf(options: SiteOptions, before: Site | null): unknown {
  if (options.builtin === true) return { type: 'builtin' }
  const stored = before?.crm.type === 'civicrm' ? before.crm : {}
  if (options.url === undefined && before?.crm.type !== 'civicrm') {
    if (before !== null) return before.crm
    throw new GatewayError('COMMAND_USAGE', 'a site needs --url ADDRESS of its CiviCRM, or --builtin')
  }
  return withoutUndefined({
    ...stored,
    type: 'civicrm',
    url: options.url ?? (stored as { url?: string }).url,
    urlForm: options.urlForm ?? (stored as { urlForm?: string }).urlForm,
    timeZone:
      options.timeZone === undefined ? (stored as { timeZone?: string | null }).timeZone : zoneOf(options.timeZone),
    timeoutSeconds: options.timeout ?? (stored as { timeoutSeconds?: number }).timeoutSeconds,
    longestRequestSeconds:
      options.longestRequest ?? (stored as { longestRequestSeconds?: number }).longestRequestSeconds,
    batchSize: options.batchSize ?? (stored as { batchSize?: number }).batchSize,
    ...(options.requestsAtOnce === undefined ? {} : { requestsAtOnce: options.requestsAtOnce }),
    ...(options.requestsPerSecond === undefined ? {} : { requestsPerSecond: options.requestsPerSecond }),
  })
}

/** 'ask' takes a name back: the site tells its zone then. */
function zoneOf(option: string): string | null {
  return option === 'ask' ? null : option
}

function mailOf(options: SiteOptions, before: Site | null): unknown {
  const domains = options.domain ?? before?.mail.domains ?? []
  if (domains.length === 0) {
    throw new GatewayError('COMMAND_USAGE', "a site needs --domain NAME, the domain of CiviCRM's mail settings")
  }
  return withoutUndefined({
    localpart: options.localpart ?? before?.mail.localpart,
    separator: options.separator ?? before?.mail.separator,
    domains,
    senderDomains: options.senderDomain ?? before?.mail.senderDomains ?? domains,
  })
}

function withoutUndefined(object: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

const optionNames: Readonly<Record<string, string>> = {
  'crm.url': '--url',
  'crm.urlForm': '--url-form',
  'crm.timeZone': '--time-zone',
  'crm.timeoutSeconds': '--timeout',
  'crm.longestRequestSeconds': '--longest-request',
  'crm.batchSize': '--batch-size',
  'crm.requestsAtOnce': '--requests-at-once',
  'crm.requestsPerSecond': '--requests-per-second',
  'mail.domains': '--domain',
  'mail.senderDomains': '--sender-domain',
  'mail.localpart': '--localpart',
  'mail.separator': '--separator',
  topics: '--topic',
  policy: '--policy',
  mode: '--mode',
  name: '--name',
  id: 'the id',
}

function optionOf(path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length -= 1) {
    const name = optionNames[path.slice(0, length).map(String).join('.')]
    if (name !== undefined) return name
  }
  return path.map(String).join('.')
}

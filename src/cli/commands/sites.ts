import type { Command } from 'commander'
import { stringify } from 'yaml'
import { checkYaml, readSettingsFile } from '../../config/readYaml.ts'
import { formatProblem } from '../../config/problems.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { OutputOf } from '../../control/call.ts'
import type { ShownSite, WatchedSite } from '../../control/operations/sites.ts'
import type { SiteMode } from '../../settings/site.ts'
import { warnOfChanges } from '../applyWarnings.ts'
import { type CommandContext, type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { readSecret } from '../secretInput.ts'
import { addSiteOptions, siteFromOptions, type SiteOptions } from '../siteOptions.ts'
import { sitesFileSchema } from '../sitesFile.ts'
import { changesText, listText, nextSteps, showText } from '../siteText.ts'
import { siteTestText } from '../siteTestText.ts'
import { warnOfSharedTopics } from '../topicWarnings.ts'

interface SecretOptions {
  readonly apiKeyFile?: string
  readonly apiKeyStdin?: boolean
  readonly siteKeyFile?: string
  readonly siteKeyStdin?: boolean
}

export function addSitesCommand(program: Command, host: CommandHost): void {
  const sites = program.command('sites').alias('site').description('the CiviCRM sites of this gateway')

  sites
    .command('list')
    .description('all sites')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('sites.list', {}), listText)
    })

  sites
    .command('show <site>')
    .description('one site with all its settings (secrets are never shown)')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('sites.show', { id }), showText)
    })

  addSiteOptions(sites.command('add <site>').description('add a site'))
    .addHelpText(
      'after',
      '\nExample:\n  civicrm-ses sites add main --url https://crm.example.org --domain crm.example.org \\\n' +
        '    --localpart bounce+ --topic arn:aws:sns:eu-west-1:111122223333:ses --api-key-file key.txt\n',
    )
    .action(async (id: string, options: SiteOptions & SecretOptions, command: Command) => {
      await save(contextOf(command, host), id, options, true)
    })

  addSiteOptions(sites.command('edit <site>').description('change settings of a site; what is not named stays')).action(
    async (id: string, options: SiteOptions & SecretOptions, command: Command) => {
      await save(contextOf(command, host), id, options, false)
    },
  )

  for (const [name, mode, description] of [
    ['pause', 'paused', 'keep everything waiting; nothing is read or written there'],
    ['watch', 'watch', 'decide and show, write nothing (for the days of moving over)'],
    ['record', 'record', 'carry effects out'],
  ] as const satisfies readonly (readonly [string, SiteMode, string])[]) {
    sites
      .command(`${name} <site>`)
      .description(description)
      .action(async (id: string, _options, command: Command) => {
        const context = contextOf(command, host)
        const changed = await context.ask('sites.mode', { id, mode })
        const watched =
          mode === 'record' ? await context.ask('events.search', { site: id, effectState: 'watched', limit: 1 }) : []
        context.print(changed, (site) => `${site.id}: ${site.mode}\n${watched.length === 0 ? '' : watchedText(id)}`)
      })
  }

  sites
    .command('resume <site>')
    .description('it is repaired: call it now, and not only when its pause is over; all that waits is due')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('sites.resume', { id }), resumedText)
    })

  sites
    .command('remove <site>')
    .description('remove a site and its secrets; its stored events stay')
    .option('--yes', 'really do it')
    .action(async (id: string, options: { readonly yes?: boolean }, command: Command) => {
      const context = contextOf(command, host)
      if (options.yes !== true) {
        await context.ask('sites.show', { id })
        throw new GatewayError('COMMAND_USAGE', `this would remove the site "${id}" and its API key`, {
          hint: 'Add --yes to do it. Feedback that still comes for it is not taken on any more then.',
        })
      }
      context.print(
        await context.ask('sites.remove', { id }),
        (done) =>
          `Removed ${done.removed}. Notifications still waiting for it are kept: ${done.waitingKept}.\n` +
          (done.waitingKept === 0 ? '' : 'To hand them over or drop them: civicrm-ses waiting --help\n') +
          `What still comes for it, to /sns/${done.removed} or of topics that only it allowed, is not taken on any more, and SNS does not keep it.\n` +
          'Point its subscriptions elsewhere, or end them.\n',
      )
    })

  sites
    .command('test <site>')
    .description('try address, login and every permission of the site; writes nothing')
    .action(async (id: string, _options, command: Command) => {
      const context = contextOf(command, host)
      const report = await context.ask('sites.test', { id })
      context.print(
        report,
        (value) => siteTestText(value, host.io.columns) + (value.resumed ? 'The gateway goes on with it now.\n' : ''),
      )
      if (!report.ok) context.setExitCode(exitCodes.failed)
    })

  sites
    .command('export')
    .description('all sites, and the queues that are read, as YAML for "sites apply" (without secrets)')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      const { queues } = await context.ask('queues.list', {})
      const exported = {
        sites: (await context.ask('sites.list', {})).map(withoutFlags),
        queues: queues.map(({ arn, site }) => ({ arn, site })),
      }
      context.print(exported, (value) => stringify(value))
    })

  sites
    .command('apply <file>')
    .description('make the sites and queues as a file says (YAML of "sites export"; - reads standard input)')
    .option('--dry-run', 'only show what would change')
    .option('--prune', 'remove the sites that the file does not name (and queues, where it has "queues")')
    .option('--yes', 'with --prune: really remove them, and the keys of these sites')
    .action(async (file: string, options: ApplyOptions, command: Command) => {
      const { dryRun = false, prune = false, yes = false } = options
      if (dryRun && yes) throw new GatewayError('COMMAND_USAGE', '--dry-run and --yes exclude each other')
      const context = contextOf(command, host)
      const text =
        file === '-' ? (await host.io.readStdin()).toString('utf8') : readSettingsFile(file, 'INPUT_UNREADABLE')
      const checked = checkYaml(text, sitesFileSchema)
      if (!checked.ok)
        throw new GatewayError(
          'CONFIG_INVALID',
          `${file === '-' ? 'standard input' : file}: ${checked.problems.map(formatProblem).join('; ')}`,
        )
      const input = { ...checked.value, dryRun, prune }
      if (prune && !dryRun && !yes) requireNoRemoval(await context.ask('sites.apply', { ...input, dryRun: true }))
      const before = await context.ask('sites.list', {})
      const changes = await context.ask('sites.apply', input)
      context.print(changes, (value) => changesText(value, dryRun))
      warnOfChanges(context, { before, wanted: checked.value.sites, changes })
    })
}

interface ApplyOptions {
  readonly dryRun?: boolean
  readonly prune?: boolean
  readonly yes?: boolean
}

/** @throws GatewayError COMMAND_USAGE, which says what would go */
function requireNoRemoval(changes: readonly { site?: string; queue?: string; change: string }[]): void {
  const removed = changes.filter(({ change }) => change === 'remove')
  if (removed.length === 0) return
  const what = removed.map(({ site, queue }) =>
    site === undefined ? `the queue ${queue}` : `the site "${site}" and its keys`,
  )
  throw new GatewayError('COMMAND_USAGE', `this would remove ${what.join(', ')}; nothing was changed`, {
    hint: 'Add --yes to do it, or --dry-run to see all that would change.',
  })
}

async function save(
  context: CommandContext,
  id: string,
  options: SiteOptions & SecretOptions,
  create: boolean,
): Promise<void> {
  const before = create ? null : await context.ask('sites.show', { id })
  const site = siteFromOptions(id, options, before === null ? null : withoutFlags(before))
  const { io } = context
  if (options.apiKeyStdin === true && options.siteKeyStdin === true)
    throw new GatewayError('COMMAND_USAGE', 'standard input holds one secret: give the other one by a file')
  const apiKey = await readSecret(
    { file: options.apiKeyFile, stdin: options.apiKeyStdin, variable: 'CIVICRM_SES_API_KEY' },
    io,
  )
  const siteKey = await readSecret(
    { file: options.siteKeyFile, stdin: options.siteKeyStdin, variable: 'CIVICRM_SES_SITE_KEY' },
    io,
  )
  const secrets = { ...(apiKey === undefined ? {} : { apiKey }), ...(siteKey === undefined ? {} : { siteKey }) }
  const saved = await context.ask('sites.save', { site, create, secrets })
  context.print(saved, (shown) => showText(shown) + nextSteps(shown))
  await warnOfSharedTopics(context, id)
}

function withoutFlags({
  hasApiKey: _api,
  hasSiteKey: _key,
  lane: _lane,
  ...site
}: ShownSite & Partial<WatchedSite>): Omit<ShownSite, 'hasApiKey' | 'hasSiteKey'> {
  return site
}

function resumedText({ id, resumed, running }: OutputOf<'sites.resume'>): string {
  if (resumed) return `${id} is called now. How it goes: civicrm-ses sites show ${id}\n`
  return running
    ? `${id} is worked on by another gateway of this database: give the command beside that one.\n`
    : `No gateway runs here. All that waits for ${id} is due when one works on it.\n`
}

/** Some of it waited for CiviCRM when the site was set to watch, and would be missed. */
function watchedText(site: string): string {
  return (
    'What was only watched is not carried out by that. To see it, and to carry it out where nobody else did:\n' +
    `  civicrm-ses events --site ${site} --state watched\n  civicrm-ses replay --watched --site ${site} --dry-run\n`
  )
}

import type { Command } from 'commander'
import type { OutputOf } from '../../control/call.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { table, when } from '../output.ts'
import { warnOfSharedTopics } from '../topicWarnings.ts'

type Topics = OutputOf<'topics.list'>
type Allowed = OutputOf<'topics.allow'>

interface SiteOption {
  readonly site: string
}

export function addTopicsCommand(program: Command, host: CommandHost): void {
  const topics = program.command('topics').description('SNS topics: which are allowed, and their subscriptions')

  topics
    .command('list')
    .description('allowed topics, confirmations done and pending')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      context.print(await context.ask('topics.list', {}), (list) => listText(list, host.io.columns))
    })

  topics
    .command('allow <arn>')
    .description('allow a topic (or, by its number, an AWS account) for a site, and confirm what waits for it')
    .requiredOption('--site <site>', 'the site whose feedback it carries')
    .addHelpText(
      'after',
      '\nA subscription request of a topic that was not allowed yet is kept for two days, the life of its\n' +
        'token: this command verifies and confirms it at once, so that nobody has to subscribe again.\n\n' +
        'Example:\n  civicrm-ses topics allow arn:aws:sns:eu-west-1:111122223333:ses --site main\n',
    )
    .action(async (topic: string, options: SiteOption, command: Command) => {
      const context = contextOf(command, host)
      const outcome = await context.ask('topics.allow', { topic, site: options.site })
      const { confirmations } = await context.ask('topics.list', {})
      context.print(outcome, (done) => `${allowText(done)}${alikeText(done, confirmations)}`)
      await warnOfSharedTopics(context, options.site)
      if (outcome.confirmations.some((one) => one.outcome === 'failed' || one.outcome === 'refused')) {
        context.setExitCode(exitCodes.failed)
      }
    })

  topics
    .command('disallow <arn>')
    .description('take a topic off the list of a site; its notifications are refused from now on')
    .requiredOption('--site <site>', 'the site')
    .action(async (topic: string, options: SiteOption, command: Command) => {
      const context = contextOf(command, host)
      const outcome = await context.ask('topics.disallow', { topic, site: options.site })
      context.print(outcome, (done) =>
        done.removed
          ? `${topic} is no longer allowed for ${done.site}.\n`
          : `${topic} was not allowed for ${done.site}.\n`,
      )
    })
}

function listText({ allowed, confirmations }: Topics, width: number | null): string {
  const list =
    allowed.length === 0
      ? 'No topic is allowed yet: civicrm-ses topics allow ARN --site SITE\n'
      : table(
          [
            { title: 'Site', value: (one) => one.site },
            { title: 'Allowed', value: (one) => one.topic },
          ],
          allowed,
          width,
        )
  if (confirmations.length === 0) return list
  return (
    `${list}\nSubscriptions:\n` +
    table(
      [
        { title: 'Received (UTC)', value: (one) => when(one.receivedAt) },
        // A pending request was not verified: anyone can send one.
        { title: 'State', value: (one) => (one.state === 'pending' ? 'pending (unverified)' : one.state) },
        { title: 'Site', value: (one) => one.site || one.addressed },
        { title: 'Topic', value: (one) => one.topicArn },
        {
          title: 'Remark',
          value: (one) =>
            one.lastError ??
            (one.state === 'confirmed' && !one.authenticated ? 'anyone with an unsubscribe link can end it' : ''),
        },
      ],
      confirmations,
      width,
    )
  )
}

/** Requests that wait for another topic, which may be the one that was meant. */
function alikeText({ topic, confirmations: own }: Allowed, waiting: Topics['confirmations']): string {
  if (own.length > 0) return ''
  const alike = waiting.filter(({ state, topicArn }) => state === 'pending' && areAlike(topic, topicArn))
  return [...new Set(alike.map(({ topicArn }) => topicArn))]
    .map((arn) => `A request (unverified) waits for another topic, ${arn}: is that the one that was meant?\n`)
    .join('')
}

/** Of region, account and name two are equal: more than one of them is hardly mistyped. */
function areAlike(one: string, other: string): boolean {
  const [a, b] = [one.split(':').slice(3), other.split(':').slice(3)]
  return one !== other && a.length === 3 && a.filter((part, index) => part === b[index]).length === 2
}

function allowText(outcome: Allowed): string {
  const head = outcome.added
    ? `${outcome.topic} is allowed for ${outcome.site}.\n`
    : `${outcome.topic} was allowed for ${outcome.site} already.\n`
  if (outcome.confirmations.length === 0)
    return `${head}No subscription request of it waits here; a coming one confirms itself.\n`
  return (
    head +
    outcome.confirmations
      .map((one) => `${one.topicArn}: ${one.outcome}${one.detail === '' ? '' : ` (${one.detail})`}\n`)
      .join('')
  )
}

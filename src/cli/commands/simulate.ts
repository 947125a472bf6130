import type { Command } from 'commander'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { systemClock } from '../../clock.ts'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { allCases, type SesCase, selectCases } from '../../simulator/cases.ts'
import { noRetries, defaultRetryPolicy, patientRetryPolicy } from '../../simulator/deliveryPolicy.ts'
import type { SigningIdentity } from '../../simulator/certificate.ts'
import { openSigningIdentity } from '../../simulator/identityFile.ts'
import { seededRandom } from '../../simulator/random.ts'
import { inventedRecipients, parseRecipients, type Recipient } from '../../simulator/recipients.ts'
import { regionOfArn, topicArn as arnOf } from '../../simulator/region.ts'
import { type SimulateOptions, simulate } from '../../simulator/simulate.ts'
import { createSns, sendingAccount } from '../../simulator/sns.ts'
import { queuePost } from '../../simulator/queueTransport.ts'
import { type HttpPost, httpPost } from '../../simulator/transport.ts'
import { parseQueueArn } from '../../settings/queueArn.ts'
import { systemTimers } from '../../timers.ts'
import type { CommandHost } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { type Io, readInput } from '../io.ts'
import { parseCount, parseRate, parseShare } from '../numbers.ts'
import { json } from '../output.ts'
import { progressLine, summaryText } from '../simulateText.ts'

interface Options {
  readonly url: string
  readonly queue?: string
  readonly certificates: string
  readonly topic: string
  readonly kinds: readonly string[]
  readonly listKinds?: boolean
  readonly count: string
  readonly rate: string
  readonly seed?: string
  readonly dialect: 'identity' | 'eventPublishing' | 'mixed'
  readonly duplicates: string
  readonly otherDialect: string
  readonly forged: string
  readonly stale: string
  readonly reorder?: boolean
  readonly recipients?: string
  readonly pattern: string
  readonly localpart: string
  readonly separator: string
  readonly domain: string
  readonly retries: 'none' | 'default' | 'patient'
  readonly confirm?: boolean
  readonly json?: boolean
}

const policies = { none: noRetries, default: defaultRetryPolicy, patient: patientRetryPolicy } as const

export function addSimulateCommand(program: Command, host: CommandHost): void {
  program
    .command('simulate')
    .description('play Amazon SNS and SES: send signed notifications to a gateway')
    .option('--url <address>', "the gateway's webhook", 'http://127.0.0.1:8480/civicrm/ses/webhook')
    .option('--queue <arn>', 'an SQS queue to send to, in place of the webhook')
    .option(
      '--certificates <folder>',
      "the gateway's certificatesFolder: the simulator puts its own there",
      'simulator-certificates',
    )
    .option('--topic <arn>', 'topic that sends; the site must allow it', arnOf('eu-west-1', '111122223333', 'ses'))
    .option(
      '--kinds <names...>',
      'what to send, e.g. bounce/Permanent/General complaint delivery (a prefix stands for all of it)',
      ['bounce', 'complaint'],
    )
    .option('--list-kinds', 'print the names of all kinds')
    .option('--count <number>', 'mail events', '10')
    .option('--rate <number>', 'notifications a second, whether or not the gateway keeps up; 0: all at once', '0')
    .option(
      '--seed <text>',
      'the same seed sends the same, under the same message ids; without it each run has ids of its own',
    )
    .option('--dialect <name>', 'identity, eventPublishing or mixed', 'mixed')
    .option('--duplicates <share>', 'share that SNS repeats, 0 to 1', '0')
    .option('--other-dialect <share>', 'share that comes in the other dialect too', '0')
    .option('--forged <share>', 'share beside which a forgery is sent', '0')
    .option('--stale <share>', 'share that happened 70 days ago: taken, but no longer true of whom staff released', '0')
    .option('--reorder', 'in random order')
    .option('--recipients <file>', 'lines of ADDRESS or ADDRESS,JOB,QUEUE,HASH (- reads standard input)')
    .option('--pattern <address>', 'invented recipients; {n} counts', 'person-{n}@example.org')
    .option('--localpart <text>', "localpart of the site's bounce addresses", 'bounce+')
    .option('--separator <text>', "separator of the site's bounce addresses", '.')
    .option('--domain <name>', "domain of the site's bounce addresses, and of the sender", 'crm.example.org')
    .option('--retries <policy>', "none, default (SNS's own: 3) or patient (an hour)", 'default')
    .option('--confirm', 'first ask to be subscribed, as SNS does')
    .addHelpText(
      'after',
      '\nThe gateway must take its certificates from the same folder (certificatesFolder), since no simulator\n' +
        'can sign as Amazon. The key of its own certificate is kept beside that folder (FOLDER.key): whoever has it can forge\n' +
        'notifications for this gateway as long as the certificate lies there. Use a gateway that is not in service, or remove\n' +
        'certificate and key afterwards; "check" names the certificate.\n\nExit code 1 if a genuine notification was refused or a forgery taken, or it was broken off.\n' +
        'A gateway that had a --seed before takes its messages for repetitions: it answers 200 and does nothing.\n\n' +
        'Example:\n  civicrm-ses simulate --count 1000 --rate 50 --duplicates 0.1 --forged 0.05\n',
    )
    .action(async (_options, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const { io } = host
      if (options.listKinds === true) {
        const names = allCases.map(({ name }) => name)
        io.out(options.json === true ? json(names) : names.map((name) => `${name}\n`).join(''))
        return
      }
      const prepared = await prepare(options, io)
      const http = options.queue === undefined ? httpPost({ url: options.url }) : await openQueue(options.queue)
      try {
        if (options.confirm === true) await http.post(prepared.topic.subscriptionConfirmation())
        const summary = await simulate(prepared, {
          post: http.post,
          timers: systemTimers,
          monotonic: () => performance.now(),
          signal: io.stopped,
          ...(options.json === true
            ? {}
            : { onProgress: (progress) => io.err(progressLine(progress, path.resolve(options.certificates))) }),
        })
        const seeded = { ...summary, seed: prepared.seed }
        io.out(options.json === true ? json(seeded) : summaryText(seeded))
        if (summary.wrong > 0 || summary.delivered === 0 || summary.brokenOff) host.setExitCode(exitCodes.failed)
      } finally {
        await http.close()
      }
    })
}

async function openQueue(arn: string): Promise<HttpPost> {
  try {
    return await queuePost(arn)
  } catch (error) {
    throw new GatewayError('QUEUE_UNREADABLE', messageOf(error), { cause: error })
  }
}

async function openIdentity(certificatesFolder: string, topic: string): Promise<SigningIdentity> {
  // Beside the folder, not in it: what is in the folder may be read by anyone.
  const identityFile = `${certificatesFolder}.key`
  const region = regionOfArn(topic)
  try {
    return await openSigningIdentity({ identityFile, certificatesFolder, region, now: systemClock.now() })
  } catch (error) {
    const what = `--certificates: the simulator's key ${identityFile} or its certificate cannot be kept: ${messageOf(error)}`
    throw new GatewayError('INPUT_UNREADABLE', what, {
      cause: error,
      hint: 'Name a folder with --certificates where this user may write, also beside it: there the key is kept.',
    })
  }
}

async function prepare(options: Options, io: Io): Promise<SimulateOptions & { readonly seed: string }> {
  if (!/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/.test(options.topic)) {
    throw usage(`--topic: "${options.topic}" is no ARN of an SNS topic`)
  }
  if (options.queue !== undefined && parseQueueArn(options.queue) === null)
    throw usage(`--queue: "${options.queue}" is no ARN of a standard SQS queue`)
  // SQS takes whatever may be sent to it: whether a forgery was taken, only the gateway can say then.
  if (options.queue !== undefined && parseShare(options.forged, '--forged') > 0)
    throw usage('--forged goes with --url: a queue takes everything')
  if (!/^https?:\/\//i.test(options.url) || !URL.canParse(options.url))
    throw usage(`--url: "${options.url}" is no address that begins with http:// or https://`)
  if (!['identity', 'eventPublishing', 'mixed'].includes(options.dialect))
    throw usage('--dialect: identity, eventPublishing or mixed')
  if (!Object.hasOwn(policies, options.retries)) throw usage('--retries: none, default or patient')
  const certificatesFolder = path.resolve(options.certificates)
  const identity = await openIdentity(certificatesFolder, options.topic)
  const count = parseCount(options.count, '--count', 10_000_000)
  const listed = options.recipients === undefined ? null : (await readInput(options.recipients, io)).toString('utf8')
  const seed = options.seed ?? freshSeed(listed ?? options.pattern)
  const { topic, stranger } = createSns({ topicArn: options.topic, identity, seed, clock: systemClock })
  return {
    topic,
    stranger,
    account: sendingAccount(options.topic, options.domain),
    verp: { localpart: options.localpart, separator: options.separator, domain: options.domain },
    from: `"Example Org" <news@${options.domain}>`,
    recipients:
      listed === null
        ? inventedRecipients(options.pattern, count, seededRandom(seed, 'recipients'))
        : recipientsOf(listed, options.recipients ?? ''),
    cases: casesOf(options.kinds),
    count,
    dialect: options.dialect,
    duplicates: parseShare(options.duplicates, '--duplicates'),
    otherDialect: parseShare(options.otherDialect, '--other-dialect'),
    forged: parseShare(options.forged, '--forged'),
    stale: parseShare(options.stale, '--stale'),
    reorder: options.reorder === true ? 'all' : 0,
    seed,
    clock: systemClock,
    rate: parseRate(options.rate, '--rate'),
    retryPolicy: policies[options.retries],
  }
}

function casesOf(words: readonly string[]): readonly SesCase[] {
  const { cases, unknown } = selectCases(words)
  if (unknown.length > 0) throw usage(`--kinds: no kind is named ${unknown.join(', ')}; see --list-kinds`)
  return cases
}

/** Another one at another time and for other people, or the gateway would take the messages for repetitions. */
function freshSeed(people: string): string {
  return createHash('sha256').update(`${systemClock.now()}\n${people}`).digest('hex').slice(0, 12)
}

function recipientsOf(listed: string, name: string): readonly Recipient[] {
  const { recipients, problems } = parseRecipients(listed)
  if (problems.length > 0) throw new GatewayError('INPUT_UNREADABLE', `${name}: ${problems.slice(0, 5).join('; ')}`)
  if (recipients.length === 0) throw new GatewayError('INPUT_UNREADABLE', `${name}: it names no recipient`)
  return recipients
}

function usage(message: string): GatewayError {
  return new GatewayError('COMMAND_USAGE', message)
}

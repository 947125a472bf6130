import type { Clock, Random } from '../clock.ts'
import type { SesCase } from './cases.ts'
import { disturb } from './disturb.ts'
import { type Forgery, type Stranger, allForgeries } from './forgery.ts'
import { type MailOptions, type VerpForm, mailingMail, transactionalMail } from './mailing.ts'
import { pick, seededRandom, sesId } from './random.ts'
import type { Recipient } from './recipients.ts'
import { type Dialect, otherDialect } from './ses/dialect.ts'
import type { SendingAccount, SentMail } from './ses/sentMail.ts'
import type { SnsRequest, SnsTopic } from './topic.ts'

/** What a run is made of. Nothing in it is sent yet. */
export interface PlanOptions {
  readonly topic: SnsTopic
  readonly stranger: Stranger
  readonly account: SendingAccount
  readonly verp: VerpForm
  /** From header of the mails. */
  readonly from: string
  /** At least one; a run with more events than recipients begins again with the first, with new mails. */
  readonly recipients: readonly Recipient[]
  /** At least one. */
  readonly cases: readonly SesCase[]
  /** Mail events; what disturbs the stream comes on top. */
  readonly count: number
  readonly dialect: Dialect | 'mixed'
  /** Shares, 0 to 1. */
  readonly duplicates: number
  readonly otherDialect: number
  /** For this share of the events a forgery is sent too, about another mail. */
  readonly forged: number
  /** Share of the events that are of long ago, their messages too: genuine, and more than late. @default 0 */
  readonly stale?: number
  readonly reorder: number | 'all'
  readonly seed: number | string
  readonly clock: Clock
}

/** One message of the plan. It may stand there twice: SNS repeats. */
export interface PlannedMessage {
  /** null: the gateway must take it. */
  readonly forgery: Forgery | null
  /** Written and signed at the first call, the same afterwards. */
  readonly request: () => SnsRequest
}

/** Longer than SNS and its queues have a message under way. */
const staleAge = 70 * 86_400_000

/** An event before it is signed: cheap, so that the whole stream can be laid out first. */
interface PlannedEvent {
  readonly sesCase: SesCase
  readonly mail: SentMail
  readonly addresses: readonly string[]
  readonly at: number
  readonly dialect: Dialect
  readonly feedbackId: string
  readonly forgery: Forgery | null
}

/**
 * Lays out a run. The same options give the same messages in the same order, to the byte; only the
 * signing key differs where another identity is given. (MessageIds are dealt out as the requests are made,
 * so they too are the same as long as that happens in the order of the plan.)
 */
export function planMessages(options: PlanOptions): readonly PlannedMessage[] {
  const random = seededRandom(options.seed, 'events')
  // A sequence of its own: with and without stale ones a seed gives the same people and events.
  const late = seededRandom(options.seed, 'stale')
  const events = Array.from({ length: options.count }, (_, index) => {
    const age = late() < (options.stale ?? 0) ? staleAge : 0
    const event = planEvent(options, index, random, age)
    const forged = random() < options.forged
    return forged ? [event, { ...planEvent(options, index, random), forgery: pick(random, allForgeries) }] : [event]
  }).flat()
  const { duplicates, otherDialect: twice, reorder } = options
  const stream = disturb(
    events,
    { duplicates, otherDialect: twice, reorder, other: (event) => inOtherDialect(event, random) },
    seededRandom(options.seed, 'disturbances'),
  )
  return signedOnce(stream, options)
}

/** @param age milliseconds since it happened and was told */
function planEvent(options: PlanOptions, index: number, random: Random, age = 0): PlannedEvent {
  const { recipients, cases, clock, account, from, verp } = options
  const recipient = recipients[index % recipients.length]
  if (recipient === undefined) throw new RangeError('a run needs recipients')
  const sesCase = pick(random, cases)
  const now = clock.now() - age
  const sentAt = now - 60_000 - Math.floor(random() * 60_000)
  const { address, row } = recipient
  const copies = [`copy-${index + 1}@example.net`]
  const mailOptions: MailOptions = {
    messageId: sesId(random, sentAt),
    sentAt,
    to: address,
    subject: 'Newsletter',
    from,
    account,
    ...(sesCase.copies === 'cc' ? { cc: copies } : {}),
    ...(sesCase.copies === 'bcc' ? { bcc: copies } : {}),
  }
  const mail = row === null ? transactionalMail(mailOptions) : mailingMail(mailOptions, verp, row)
  return {
    sesCase,
    mail,
    addresses: { recipient: [address], copies, all: [address, ...copies] }[sesCase.names],
    at: now,
    dialect: dialectOf(sesCase, options.dialect, random),
    feedbackId: sesId(random, now),
    forgery: null,
  }
}

/** Not every kind exists in both. */
function dialectOf(sesCase: SesCase, wanted: Dialect | 'mixed', random: Random): Dialect {
  return wanted !== 'mixed' && sesCase.dialects.includes(wanted) ? wanted : pick(random, sesCase.dialects)
}

/** The two tellings of one event bear one feedbackId, or two: both are seen. */
function inOtherDialect(event: PlannedEvent, random: Random): PlannedEvent | null {
  const dialect = otherDialect(event.dialect)
  if (!event.sesCase.dialects.includes(dialect) || event.forgery !== null) return null
  const feedbackId = random() < 0.5 ? event.feedbackId : sesId(random, event.at)
  return { ...event, dialect, feedbackId }
}

/** An event that stands twice in the stream is one message: the same MessageId, the same bytes. */
function signedOnce(stream: readonly PlannedEvent[], options: PlanOptions): readonly PlannedMessage[] {
  const messages = new Map<PlannedEvent, PlannedMessage>()
  return stream.map((event) => {
    const message = messages.get(event) ?? plannedMessage(event, options)
    messages.set(event, message)
    return message
  })
}

/**
 * The request takes the event's place, since a long run holds tens of thousands. (A function of its own
 * for the same reason: inside the other one it would keep the whole map alive.)
 */
function plannedMessage(event: PlannedEvent, options: PlanOptions): PlannedMessage {
  let current: PlannedEvent | SnsRequest = event
  return {
    forgery: event.forgery,
    request() {
      if (!('body' in current)) current = makeRequest(current, options)
      return current
    },
  }
}

function makeRequest(event: PlannedEvent, { topic, stranger }: PlanOptions): SnsRequest {
  const { sesCase, forgery } = event
  const published = sesCase.message({ ...event, topicArn: topic.arn })
  const genuine = topic.notification({ ...published, at: event.at })
  return forgery === null ? genuine : forgery.forge(genuine, stranger)
}

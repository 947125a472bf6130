import { type BounceCase, bounceOf, furtherBounces, tenPairs } from './ses/bounceCases.ts'
import { complaintCases, complaintOf } from './ses/complaintCases.ts'
import { type Dialect, dialects } from './ses/dialect.ts'
import type { Feedback } from './ses/feedback.ts'
import { inboundMail } from './ses/inbound.ts'
import { type SesMessage, sesRecord, speaks } from './ses/record.ts'
import type { SentMail } from './ses/sentMail.ts'
import { eventPublishingSetUp, identitySetUp } from './ses/setUp.ts'

/** What a case is told of the mail that it is about. */
export interface CaseContext {
  readonly mail: SentMail
  /** Those of the mail's recipients that the record names. */
  readonly addresses: readonly string[]
  /** When it happened, epoch milliseconds. */
  readonly at: number
  readonly dialect: Dialect
  readonly feedbackId: string
  readonly topicArn: string
}

/** One thing that SES can say, by a name such as `bounce/Permanent/General`. */
export interface SesCase {
  readonly name: string
  readonly dialects: readonly Dialect[]
  /** Which copies the mail must have beside the recipient that it is addressed to. */
  readonly copies: 'none' | 'cc' | 'bcc'
  /** Which of them the record names. */
  readonly names: 'recipient' | 'copies' | 'all'
  readonly message: (context: CaseContext) => SesMessage
}

type Make = (addresses: readonly string[], at: number) => Feedback
type Copies = Partial<Pick<SesCase, 'copies' | 'names'>>

function feedbackCase(name: string, make: Make, { copies = 'none', names = 'recipient' }: Copies = {}): SesCase {
  const { kind } = make([], 0)
  return {
    name,
    copies,
    names,
    dialects: dialects.filter((dialect) => speaks(dialect, kind)),
    message: ({ mail, addresses, at, dialect, feedbackId }) =>
      sesRecord({ mail, feedback: make(addresses, at), dialect, feedbackId }),
  }
}

function bounceCaseOf(bounceCase: BounceCase): SesCase {
  const { bounceType, bounceSubType, report } = bounceCase
  return feedbackCase(
    report === null ? 'bounce/out-of-office' : `bounce/${bounceType}/${bounceSubType}`,
    (addresses, at) => bounceOf(bounceCase, addresses, at),
  )
}

const [undetermined, hard] = tenPairs
const [abuse] = complaintCases
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'

const bounces: readonly SesCase[] = [
  ...tenPairs.map((pair) => bounceCaseOf(pair)),
  ...furtherBounces.map((further) => bounceCaseOf(further)),
  feedbackCase('bounce/no-recipient', (_, at) => bounceOf({ ...undetermined, report: null }, [], at)),
  feedbackCase('bounce/cc', (addresses, at) => bounceOf(hard, addresses, at), { copies: 'cc', names: 'copies' }),
  feedbackCase('bounce/bcc', (addresses, at) => bounceOf(hard, addresses, at), { copies: 'bcc', names: 'copies' }),
  feedbackCase('bounce/all', (addresses, at) => bounceOf(hard, addresses, at), { copies: 'cc', names: 'all' }),
]

const complaints: readonly SesCase[] = [
  ...complaintCases.map((complaintCase) =>
    feedbackCase(`complaint/${complaintCase.name}`, (addresses, at) => complaintOf(complaintCase, addresses, at)),
  ),
  feedbackCase('complaint/several', (addresses, at) => complaintOf(abuse, addresses, at), {
    copies: 'cc',
    names: 'all',
  }),
]

const delayTypes = [
  'InternalFailure',
  'General',
  'MailboxFull',
  'SpamDetected',
  'RecipientServerError',
  'IPFailure',
  'TransientCommunicationFailure',
  'BYOIPHostNameLookupUnavailable',
  'SendingDeferral',
  'Undetermined',
] as const

const delays: readonly SesCase[] = delayTypes.map((delayType) =>
  feedbackCase(`delivery-delay/${delayType}`, (addresses, at) => ({
    kind: 'deliveryDelay',
    at,
    delayType,
    expiresAt: at + 12 * 3_600_000,
    recipients: addresses.map((emailAddress) => ({
      emailAddress,
      status: '4.4.1',
      diagnosticCode: 'smtp; 421 4.4.1 Unable to connect to remote host',
    })),
    reportingMta: null,
  })),
)

const others: readonly SesCase[] = [
  feedbackCase('delivery', (recipients, at) => ({
    kind: 'delivery',
    at,
    recipients,
    processingTimeMillis: 1893,
    smtpResponse: '250 2.6.0 Message received',
    reportingMta: 'a8-25.smtp-out.amazonses.com',
    remoteMtaIp: '192.0.2.80',
  })),
  feedbackCase('send', () => ({ kind: 'send' })),
  feedbackCase('reject', () => ({ kind: 'reject', reason: 'Bad content' })),
  feedbackCase('open', (_, at) => ({ kind: 'open', at, ipAddress: '192.0.2.44', userAgent })),
  feedbackCase('click', (_, at) => ({
    kind: 'click',
    at,
    ipAddress: '192.0.2.44',
    userAgent,
    link: 'https://crm.example.org/donate',
    linkTags: null,
  })),
  feedbackCase('click/tagged', (_, at) => ({
    kind: 'click',
    at,
    ipAddress: '192.0.2.44',
    userAgent,
    link: 'https://crm.example.org/donate',
    linkTags: { button: ['top'] },
  })),
  feedbackCase('rendering-failure', () => ({
    kind: 'renderingFailure',
    templateName: 'receipt',
    errorMessage: "Attribute 'amount' is not present in the rendering data.",
  })),
  feedbackCase('subscription', (_, at) => ({
    kind: 'subscription',
    at,
    contactList: 'newsletter',
    topicName: 'monthly',
    unsubscribeAll: true,
  })),
  {
    name: 'set-up',
    dialects,
    copies: 'none',
    names: 'recipient',
    message: ({ mail, dialect, topicArn }) =>
      dialect === 'identity' ? identitySetUp(topicArn, mail.account.identity, 'Bounce') : eventPublishingSetUp(),
  },
  {
    name: 'inbound',
    dialects: ['identity'],
    copies: 'none',
    names: 'recipient',
    message: ({ mail, topicArn }) => inboundMail(mail, topicArn),
  },
]

/** Everything that SES can say. */
export const allCases: readonly SesCase[] = [...bounces, ...complaints, ...delays, ...others]

/** @throws RangeError where there is no case of that name */
export function caseNamed(name: string): SesCase {
  const found = allCases.find((one) => one.name === name)
  if (found === undefined) throw new RangeError(`there is no case ${name}`)
  return found
}

/**
 * The cases that these words name: a case's own name, any part in front of a slash (`bounce`,
 * `bounce/Permanent`), or `all`. Letter case does not matter.
 */
export function selectCases(words: readonly string[]): {
  readonly cases: readonly SesCase[]
  /** Words that name nothing. */
  readonly unknown: readonly string[]
} {
  const fits = (word: string, { name }: SesCase): boolean => {
    const [wanted, known] = [word.toLowerCase(), name.toLowerCase()]
    return wanted === 'all' || known === wanted || known.startsWith(`${wanted}/`)
  }
  return {
    cases: allCases.filter((one) => words.some((word) => fits(word, one))),
    unknown: words.filter((word) => !allCases.some((one) => fits(word, one))),
  }
}

import type { Header } from '../ses/mailEvent.ts'

/** A recipient as SES names it; a text stands for one without DSN fields. */
export type NamedRecipientInput =
  | string
  | {
      readonly emailAddress: string
      readonly status?: string
      readonly action?: string
      readonly diagnosticCode?: string
    }

export interface SesMessageInput {
  /** `identity` writes notificationType and sourceIp, `eventPublishing` eventType and tags. */
  readonly dialect?: 'identity' | 'eventPublishing'
  /** As SES writes it: Bounce, Complaint, `Rendering Failure` … */
  readonly kind: string
  readonly recipients?: readonly NamedRecipientInput[]
  readonly bounceType?: string
  readonly bounceSubType?: string
  readonly reportingMTA?: string
  readonly feedbackType?: string | null
  readonly complaintSubType?: string | null
  /** More fields of the kind's own object. */
  readonly detail?: Readonly<Record<string, unknown>>
  readonly destinations?: readonly string[]
  /** null = "include original headers" is off: neither headers nor commonHeaders. */
  readonly headers?: readonly Header[] | null
  readonly commonHeaders?: Readonly<Record<string, unknown>>
  readonly source?: string
  readonly messageId?: string
  readonly feedbackId?: string
  /** When it happened, epoch ms. */
  readonly at?: number
}

/** Any moment: records need one, tests that compare times give their own. */
export const someTime = Date.UTC(2026, 10, 24, 12, 0, 0)

const lists: ReadonlyMap<string, readonly [object: string, list: string]> = new Map([
  ['Bounce', ['bounce', 'bouncedRecipients']],
  ['Complaint', ['complaint', 'complainedRecipients']],
  ['Delivery', ['delivery', 'recipients']],
  ['DeliveryDelay', ['deliveryDelay', 'delayedRecipients']],
  ['Send', ['send', '']],
  ['Reject', ['reject', '']],
  ['Open', ['open', '']],
  ['Click', ['click', '']],
  ['Rendering Failure', ['failure', '']],
  ['Subscription', ['subscription', '']],
])

/** The SNS Message of one SES record, in the words of SES; only what the test is about needs to be given. */
export function sesMessage(input: SesMessageInput): string {
  const at = new Date(input.at ?? someTime).toISOString()
  const dialect = input.dialect ?? 'identity'
  const recipients = (input.recipients ?? []).map((one) => (typeof one === 'string' ? { emailAddress: one } : one))
  const addresses = recipients.map(({ emailAddress }) => emailAddress)
  const [object, list] = lists.get(input.kind) ?? [input.kind, '']
  const detail = {
    ...fieldsOf(input),
    ...(list === '' ? {} : { [list]: list === 'recipients' ? addresses : recipients }),
    ...(['send', 'reject', 'failure'].includes(object) ? {} : { timestamp: at }),
    ...input.detail,
  }
  return JSON.stringify({
    [dialect === 'identity' ? 'notificationType' : 'eventType']: input.kind,
    [object]: detail,
    mail: { ...mailOf(input, addresses), ...(dialect === 'identity' ? { sourceIp: '192.0.2.1' } : tags) },
  })
}

const tags = { tags: { 'ses:configuration-set': ['civicrm'], 'ses:from-domain': ['example.org'] } }

function fieldsOf(input: SesMessageInput): Readonly<Record<string, unknown>> {
  const feedback = { feedbackId: input.feedbackId ?? '0100019f-feedback' }
  if (input.kind === 'Bounce') {
    const { bounceType = 'Permanent', bounceSubType = 'General', reportingMTA } = input
    return { bounceType, bounceSubType, ...feedback, ...(reportingMTA === undefined ? {} : { reportingMTA }) }
  }
  if (input.kind !== 'Complaint') return {}
  const { feedbackType = 'abuse', complaintSubType = null } = input
  return { ...feedback, complaintSubType, ...(feedbackType === null ? {} : { complaintFeedbackType: feedbackType }) }
}

function mailOf(input: SesMessageInput, recipients: readonly string[]): Readonly<Record<string, unknown>> {
  const { headers = [], source = 'news@example.org' } = input
  const destination = input.destinations ?? recipients
  const common = { from: ['Example Org <news@example.org>'], to: destination.slice(0, 1), ...input.commonHeaders }
  return {
    timestamp: new Date((input.at ?? someTime) - 60_000).toISOString(),
    messageId: input.messageId ?? '0100019f00000000-mail',
    source,
    destination,
    ...(headers === null ? {} : { headersTruncated: false, headers, commonHeaders: common }),
  }
}

import { eventClass } from './eventClass.ts'
import { isObject, type JsonObject, parseObject, shallow } from './json.ts'
import { detailOf, isKnown, kindOf, kindOfDetailType, type NamedKind } from './kinds.ts'
import type { BounceDetail, ComplaintDetail, Interpretation, MailEvent } from './mailEvent.ts'
import { readMail } from './mailFacts.ts'
import { recordNotice, setUpNotice } from './notices.ts'
import { recipientsOf } from './recipients.ts'
import { detailSchema, type NamedRecipient, recordSchema, type SesDetail, type SesRecord } from './record.ts'
import { oneLine, oneLineOrNull } from './text.ts'
import { parseTime } from './times.ts'

/** Kinds whose object carries no time: they happen when SES takes the mail. */
const atSending: ReadonlySet<string> = new Set(['send', 'reject', 'renderingFailure'])

const noRecord: Interpretation = {
  form: 'notice',
  about: 'noRecord',
  notice: 'The message is no SES record; it was kept and has no effect.',
}

/**
 * Reads one SNS Message as SES wrote it: identity feedback, event publishing, or the latter inside an
 * EventBridge event. Never throws and never drops: kinds and fields unknown to us are kept.
 *
 * @param message the SNS `Message`, or a bare SES record
 * @param snsTimestamp the envelope's Timestamp: stands in for a time that is missing or unreadable
 */
export function interpret(message: string, snsTimestamp: string | null): Interpretation {
  const setUp = setUpNotice(message)
  if (setUp !== null) return { form: 'notice', about: 'setUp', notice: setUp }
  const json = parseObject(message)
  if (json === null) return noRecord
  const record = recordSchema.parse(unwrapped(json))
  const notice = recordNotice(record)
  if (notice !== null) return { form: 'notice', ...notice }
  const kind = kindOf(record)
  return kind === null ? noRecord : readEvents(record, kind, snsTimestamp)
}

/** EventBridge wraps the record of event publishing; its detail-type stands in for a kind not named within. */
function unwrapped(json: JsonObject): JsonObject {
  const { detail, 'detail-type': detailType } = json
  if (typeof detailType !== 'string' || !isObject(detail)) return json
  return 'eventType' in detail ? detail : { ...detail, eventType: kindOfDetailType(detailType) }
}

function readEvents(
  record: SesRecord,
  { kind, dialect, named }: NamedKind,
  snsTimestamp: string | null,
): Interpretation {
  const detail = shallow(detailOf(record, kind))
  const fields = detailSchema.parse(detail)
  const mail = readMail(record.mail)
  const { recipients, warnings } = recipientsOf(kind, detail, mail.destinations)
  const sesMessageId = oneLine(record.mail.messageId)
  const timestamp = fields.timestamp ?? (atSending.has(kind) ? record.mail.timestamp : null)
  const ownTime = parseTime(timestamp)
  const eventOf = (recipient: NamedRecipient): MailEvent => ({
    kind,
    dialect,
    recipient: recipient.emailAddress,
    sesMessageId,
    feedbackId: fields.feedbackId,
    timestamp,
    occurredAt: ownTime ?? parseTime(snsTimestamp) ?? mail.sentAt,
    bounce: kind === 'bounce' ? readBounce(fields, recipient) : null,
    complaint: kind === 'complaint' ? readComplaint(fields) : null,
    namedRecipients: recipients.length,
    class: eventClass(kind, fields, sesMessageId),
    mail,
    detail,
  })
  return { form: 'events', events: recipients.map(eventOf), warnings: [...warnings, ...oddities()] }

  function* oddities(): Generator<string> {
    if (!named) yield 'the record does not name its kind; it was read from its contents'
    if (!isKnown(kind)) yield `unknown kind of event: ${kind}`
    if (sesMessageId === '') yield "the record lacks SES's message id"
    if (kind === 'bounce' && fields.bounceType === '') yield 'the bounce has no type'
    if (ownTime === null) yield 'the time of the event is missing or unreadable'
    if (mail.headersTruncated) yield "SES cut the mail's headers; the mailing reference may be missing"
  }
}

function readBounce(fields: SesDetail, recipient: NamedRecipient): BounceDetail {
  const { status, action, diagnosticCode } = recipient
  const traces = [oneLineOrNull(fields.reportingMTA), status, action, diagnosticCode]
  return {
    type: oneLine(fields.bounceType),
    subType: oneLine(fields.bounceSubType),
    status,
    action,
    diagnosticCode,
    dsn: traces.some((trace) => trace !== null),
  }
}

function readComplaint(fields: SesDetail): ComplaintDetail {
  return {
    feedbackType: oneLineOrNull(fields.complaintFeedbackType),
    subType: oneLineOrNull(fields.complaintSubType),
  }
}

import { hasTooManyParts } from './parts.ts'
import { refuse } from './refuse.ts'
import { parseTopicArn } from './topicArn.ts'
import type { Parsed, SnsEnvelope, SnsType } from './verdict.ts'

/** Fatal: replaced bytes would be other text than was signed. (A byte order mark is taken off.) */
const utf8 = new TextDecoder('utf-8', { fatal: true })

const snsTypes = [
  'Notification',
  'SubscriptionConfirmation',
  'UnsubscribeConfirmation',
] as const satisfies readonly SnsType[]

const anything = (): boolean => true
const matching =
  (shape: RegExp) =>
  (value: string): boolean =>
    shape.test(value)

/**
 * What a value may look like. All but Message are of one line: the string to sign separates its fields
 * by line breaks, and only so can it be cut in one way (see `stringToSign`). The rest bounds what serves
 * as a key, stands in a URL or is shown. Of what is not signed, the verifier is the judge.
 */
const shapes = {
  // A UUID wherever seen; AWS promises only "at most 100 characters".
  MessageId: matching(/^[!-~]{1,100}$/),
  TopicArn: (value) => parseTopicArn(value) !== null,
  Message: anything,
  Timestamp: matching(/^[!-~]{1,64}$/),
  Subject: matching(/^[^\r\n]*$/),
  // 224 or 256 hex digits wherever seen. It stands unescaped in SubscribeURL.
  Token: matching(/^[0-9A-Za-z]{1,1024}$/),
  SubscribeURL: matching(/^[!-~]{1,4096}$/),
  SignatureVersion: anything,
  Signature: anything,
  SigningCertURL: anything,
} as const satisfies Readonly<Record<string, (value: string) => boolean>>

type FieldName = keyof typeof shapes

/**
 * Parses an SNS message in the form of HTTP, SQS or Lambda. Never throws, whatever the bytes.
 *
 * It is parsed once: with duplicate keys or look-alike spellings two parsers may see two messages, so
 * what is verified and what is acted on must be this one object. Fields that SNS does not sign are not
 * in it, apart from those that verification itself needs.
 *
 * @param bytes the body as it came; the Content-Type says nothing, SNS sends JSON as text/plain
 */
export function parseEnvelope(bytes: Uint8Array): Parsed {
  if (hasTooManyParts(bytes)) return refuse('SNS_BODY_UNREADABLE', 'the body has more parts than SNS ever sends')
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytes))
  } catch {
    // The parser's own message quotes the body.
    return refuse('SNS_BODY_UNREADABLE', 'the body is not JSON in UTF-8')
  }
  return envelopeOf(value)
}

/** The same from JSON that was already parsed, e.g. the `Sns` object inside a Lambda event. */
export function envelopeOf(value: unknown): Parsed {
  if (!isObject(value)) return refuse('SNS_BODY_UNREADABLE', 'the body is JSON, but no object')
  if (value['Type'] === undefined && isSesRecord(value))
    return refuse('SNS_RAW_DELIVERY', 'the body is a record of SES without an SNS envelope')
  return readFields(value)
}

/** When SNS accepted the message, epoch milliseconds; null where the text is no ISO time. */
export function publishedAt(envelope: SnsEnvelope): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(envelope.timestamp)) return null
  const time = Date.parse(envelope.timestamp)
  return Number.isNaN(time) ? null : time
}

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Both dialects of SES name the kind in one of these. */
function isSesRecord(fields: Fields): boolean {
  return typeof fields['notificationType'] === 'string' || typeof fields['eventType'] === 'string'
}

function readFields(fields: Fields): Parsed {
  const faults: string[] = []
  /** `''` where there is a fault: no envelope is made then. */
  const read = (name: FieldName, value: unknown = fields[name]): string => {
    const fault = faultOf(name, value)
    if (fault === null && typeof value === 'string') return value
    faults.push(`${name} ${fault}`)
    return ''
  }

  const type = fields['Type']
  if (!isSnsType(type)) return refuse('SNS_ENVELOPE_INVALID', 'Type is none of the three that SNS sends')
  // In a Notification these two would not be signed, so they do not exist there.
  const confirmation = type !== 'Notification'
  // Absent is null in the form of Lambda; SNS signs it only where one was published.
  const subject = fields['Subject'] ?? null
  const envelope: SnsEnvelope = {
    type,
    messageId: read('MessageId'),
    topicArn: read('TopicArn'),
    message: read('Message'),
    timestamp: read('Timestamp'),
    subject: confirmation || subject === null ? null : read('Subject', subject),
    signatureVersion: read('SignatureVersion'),
    signature: read('Signature'),
    signingCertUrl: read('SigningCertURL', fields['SigningCertURL'] ?? fields['SigningCertUrl']),
    token: confirmation ? read('Token') : null,
    subscribeUrl: confirmation ? read('SubscribeURL') : null,
  }
  return faults.length === 0 ? { ok: true, envelope } : refuse('SNS_ENVELOPE_INVALID', faults.join('; '))
}

function isSnsType(value: unknown): value is SnsType {
  return snsTypes.some((type) => type === value)
}

/** What is wrong with a field's value, never quoting it; null where nothing is. */
function faultOf(name: FieldName, value: unknown): string | null {
  if (value === undefined) return 'is missing'
  // A number or an object would turn into a string somewhere, and not everywhere into the same.
  if (typeof value !== 'string') return 'is no string'
  // Half a surrogate pair becomes U+FFFD in UTF-8, so two different texts would bear one signature.
  if (!value.isWellFormed()) return 'is no Unicode text'
  return shapes[name](value) ? null : 'has a form that SNS does not send'
}

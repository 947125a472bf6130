import type { Interpretation } from '../ses/mailEvent.ts'
import { interpret } from '../ses/interpret.ts'
import { envelopeOf } from '../ingest/sns/envelope.ts'
import type { Refusal, SnsEnvelope } from '../ingest/sns/verdict.ts'

/** What a file holds, before anything is verified. */
export type ReadMessage =
  | { readonly form: 'sns'; readonly envelope: SnsEnvelope; readonly interpretation: Interpretation | null }
  | { readonly form: 'ses'; readonly interpretation: Interpretation }
  | { readonly form: 'unreadable'; readonly refusal: Refusal }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bodies of queues nest: SQS around SNS around SES. More is an attack on the reader. */
const deepest = 4

/**
 * Reads what people paste from logs, queues and consoles: an SNS message, an SQS message or the answer of
 * ReceiveMessage holding one, a Lambda event, or a bare SES record. Never throws, whatever the bytes.
 */
export function readMessage(bytes: Uint8Array): ReadMessage {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return unreadable('SNS_BODY_UNREADABLE', 'the file is not text in UTF-8')
  }
  return fromText(text, deepest)
}

function fromText(text: string, depth: number): ReadMessage {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Event publishing announces itself in plain text.
    const interpretation = interpret(text, null)
    return interpretation.form === 'notice' && interpretation.about === 'setUp'
      ? { form: 'ses', interpretation }
      : unreadable('SNS_BODY_UNREADABLE', 'the file is not JSON')
  }
  return fromValue(value, text, depth)
}

function fromValue(value: unknown, text: string, depth: number): ReadMessage {
  if (!isObject(value)) return unreadable('SNS_BODY_UNREADABLE', 'the file is JSON, but no object')
  if ('Type' in value || 'SigningCertURL' in value || 'SigningCertUrl' in value) return fromEnvelope(value)
  const inner = innerBody(value)
  if (inner !== undefined && depth > 0) {
    return typeof inner === 'string' ? fromText(inner, depth - 1) : fromValue(inner, JSON.stringify(inner), depth - 1)
  }
  const interpretation = interpret(text, null)
  if (interpretation.form === 'notice' && interpretation.about === 'noRecord') {
    return unreadable('SNS_ENVELOPE_INVALID', 'the file is JSON, but neither an SNS message nor a record of SES')
  }
  return { form: 'ses', interpretation }
}

function fromEnvelope(value: Readonly<Record<string, unknown>>): ReadMessage {
  const parsed = envelopeOf(value)
  if (!parsed.ok) return { form: 'unreadable', refusal: parsed }
  const { envelope } = parsed
  // A confirmation's Message is a sentence to a person, never a record.
  const interpretation = envelope.type === 'Notification' ? interpret(envelope.message, envelope.timestamp) : null
  return { form: 'sns', envelope, interpretation }
}

/** What an SQS message, an SQS answer or a Lambda event of SNS or SQS carries; undefined if it is none. */
function innerBody(value: Readonly<Record<string, unknown>>): unknown {
  if (typeof value['Body'] === 'string') return value['Body']
  if (typeof value['body'] === 'string') return value['body']
  for (const name of ['Messages', 'Records'] as const) {
    const list = value[name]
    const first: unknown = Array.isArray(list) ? list[0] : undefined
    if (isObject(first)) return first['Sns'] ?? first
  }
  return undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unreadable(code: Refusal['code'], reason: string): ReadMessage {
  return { form: 'unreadable', refusal: { ok: false, code, reason } }
}

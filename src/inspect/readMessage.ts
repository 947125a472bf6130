import type { Interpretation } from '../ses/mailEvent.ts'
import { interpret } from '../ses/interpret.ts'
import { envelopeOf } from '../ingest/sns/envelope.ts'
import type { Refusal, SnsEnvelope } from '../ingest/sns/verdict.ts'

interface Sns {
  readonly form: 'sns'
  readonly envelope: SnsEnvelope
  readonly interpretation: Interpretation | null
}

interface Ses {
  readonly form: 'ses'
  readonly interpretation: Interpretation
}

interface Several {
  /** Messages in the file; only the first is read. */
  readonly of?: number
}

/** What a file holds, before anything is verified. */
export type ReadMessage = (Sns & Several) | (Ses & Several) | { readonly form: 'unreadable'; readonly refusal: Refusal }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bodies of queues nest: SQS around SNS around SES. More is an attack on the reader. */
const deepest = 4

/**
 * Reads what people paste from logs, queues and consoles: an SNS message, an SQS message or the answer of
 * ReceiveMessage holding one, a Lambda event, or a bare SES record. Never throws, whatever the bytes.
 */
export function readMessage(bytes: Uint8Array): ReadMessage {
  if (isUtf16(bytes))
    return unreadable('SNS_BODY_UNREADABLE', 'the file is text in UTF-16; SNS sends UTF-8: save it as that')
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return unreadable('SNS_BODY_UNREADABLE', 'the file is not text in UTF-8')
  }
  try {
    return fromText(text, deepest)
  } catch (error: unknown) {
    // JSON.parse takes any depth; whatever goes into it ends by the size of the stack.
    if (!(error instanceof RangeError)) throw error
    return unreadable('SNS_ENVELOPE_INVALID', 'the file is JSON that is nested too deeply')
  }
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
  return fromValue(value, () => text, depth)
}

function fromValue(value: unknown, textOf: () => string, depth: number): ReadMessage {
  if (!isObject(value)) return unreadable('SNS_BODY_UNREADABLE', 'the file is JSON, but no object')
  if ('Type' in value || 'SigningCertURL' in value || 'SigningCertUrl' in value) return fromEnvelope(value)
  const inner = innerBody(value)
  if (inner !== undefined && depth > 0) {
    const { body, of } = inner
    const read =
      typeof body === 'string' ? fromText(body, depth - 1) : fromValue(body, () => JSON.stringify(body), depth - 1)
    return of > 1 && read.form !== 'unreadable' ? { ...read, of } : read
  }
  const interpretation = interpret(textOf(), null)
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
function innerBody(
  value: Readonly<Record<string, unknown>>,
): { readonly body: unknown; readonly of: number } | undefined {
  for (const name of ['Body', 'body'] as const) if (typeof value[name] === 'string') return { body: value[name], of: 1 }
  for (const name of ['Messages', 'Records'] as const) {
    const list = value[name]
    if (!Array.isArray(list)) continue
    const first: unknown = list[0]
    if (isObject(first)) return { body: first['Sns'] ?? first, of: list.length }
  }
  return undefined
}

/** By its mark, or by the zero that every second byte of a Western text is. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes
  return (
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (first === 0 && second === 0x7b) ||
    (first === 0x7b && second === 0)
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unreadable(code: Refusal['code'], reason: string): ReadMessage {
  return { form: 'unreadable', refusal: { ok: false, code, reason } }
}

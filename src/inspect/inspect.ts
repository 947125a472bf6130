import { correlate } from '../civimail/correlate.ts'
import { assumedFacts } from '../civimail/crmFacts.ts'
import { decide } from '../civimail/decide.ts'
import type { Effect } from '../civimail/decision.ts'
import type { SiteRules } from '../civimail/siteRules.ts'
import type { MailEvent, MailFacts } from '../ses/mailEvent.ts'
import { errorCatalogue } from '../errors/catalogue.ts'
import { publishedAt } from '../ingest/sns/envelope.ts'
import type { SnsEnvelope, Verifier } from '../ingest/sns/verdict.ts'
import { type ReadMessage, readMessage } from './readMessage.ts'
import type { InspectedEffect, InspectedEnvelope, InspectedEvent, InspectReport } from './report.ts'

export interface InspectParts {
  /** null: signatures stay unchecked. */
  readonly verifier: Verifier | null
  /** The rules of the site that the mail belongs to. */
  readonly rulesFor: (mail: MailFacts, topicArn: string | null) => SiteRules
  /** Epoch ms at which certificates must be valid; null = each message's own Timestamp. */
  readonly at: number | null
  /** For a message whose Timestamp is unreadable. */
  readonly now: number
}

/**
 * Says what the gateway would make of a message: form, signature, mail events, decisions. Holds no state
 * and asks no CRM: a decision assumes that the reference is good and the address known.
 */
export async function inspect(file: string, bytes: Uint8Array, parts: InspectParts): Promise<InspectReport> {
  const read = readMessage(bytes)
  if (read.form === 'unreadable') {
    const { code, reason } = read.refusal
    return { file, form: 'unreadable', sns: null, events: [], notice: null, error: { code, message: reason } }
  }
  const envelope = read.form === 'sns' ? read.envelope : null
  const { interpretation } = read
  return {
    file,
    form: read.form,
    sns: envelope === null ? null : await inspectEnvelope(envelope, parts),
    events:
      interpretation?.form === 'events'
        ? interpretation.events.map((event) =>
            inspectEvent(event, parts.rulesFor(event.mail, envelope?.topicArn ?? null)),
          )
        : [],
    notice: noticeOf(read, envelope),
    error: null,
  }
}

const outOfTime: ReadonlySet<string> = new Set(['SNS_TIMESTAMP_TOO_OLD', 'SNS_CERTIFICATE_NOT_YET_VALID'])

async function inspectEnvelope(envelope: SnsEnvelope, parts: InspectParts): Promise<InspectedEnvelope> {
  const { type, messageId, topicArn, signatureVersion } = envelope
  const head = { type, messageId, topicArn, signatureVersion }
  if (parts.verifier === null) return { ...head, signature: 'unchecked', reason: 'not asked for (--offline)' }
  const verified = await parts.verifier.verify(envelope, parts.at ?? publishedAt(envelope) ?? parts.now)
  if (verified.ok) return { ...head, signature: 'valid', reason: null }
  // What may pass says nothing about the message: the certificate could not be had. One that was there and has
  // expired, or is not valid yet, at the time that is asked for says something.
  const { code } = verified
  const isUnchecked = errorCatalogue[code].retryable && !outOfTime.has(code)
  const signature = isUnchecked ? 'unchecked' : 'invalid'
  return { ...head, signature, reason: `${verified.code}: ${verified.reason}` }
}

function inspectEvent(event: MailEvent, rules: SiteRules): InspectedEvent {
  const correlation = correlate(event, rules)
  const { rule, effects, explanation } = decide(event, correlation, assumedFacts, rules)
  const { kind, recipient, sesMessageId, feedbackId, timestamp, bounce, complaint } = event
  const { reference } = correlation
  return {
    kind,
    recipient,
    sesMessageId,
    feedbackId,
    timestamp,
    bounce: bounce === null ? null : withoutDsn(bounce),
    complaint,
    reference:
      reference === null
        ? null
        : { jobId: reference.jobId, queueId: reference.queueId, hash: reference.hash, from: reference.from },
    decision: { rule, effects: effects.map(inspectEffect), explanation },
  }
}

function withoutDsn({ dsn: _dsn, ...bounce }: NonNullable<MailEvent['bounce']>): InspectedEvent['bounce'] {
  return bounce
}

function inspectEffect(effect: Effect): InspectedEffect {
  return 'bounceType' in effect ? { effect: effect.effect, bounceType: effect.bounceType } : { effect: effect.effect }
}

function noticeOf(
  { interpretation, of = 1 }: Exclude<ReadMessage, { readonly form: 'unreadable' }>,
  envelope: SnsEnvelope | null,
): string | null {
  const own =
    interpretation === null
      ? confirmationNotice(envelope)
      : interpretation.form === 'notice'
        ? interpretation.notice
        : null
  if (of === 1) return own
  const others = `The file holds ${of} messages; only the first is looked at.`
  return own === null ? others : `${own} ${others}`
}

function confirmationNotice(envelope: SnsEnvelope | null): string | null {
  if (envelope?.type === 'SubscriptionConfirmation') {
    return 'A topic asks to be subscribed; the gateway confirms it if the topic is allowed.'
  }
  if (envelope?.type === 'UnsubscribeConfirmation') {
    return 'A subscription was ended: from now on this topic delivers nothing any more.'
  }
  return null
}

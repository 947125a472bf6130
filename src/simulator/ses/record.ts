import { detailOf, kindNames } from './detail.ts'
import type { Dialect } from './dialect.ts'
import type { Feedback } from './feedback.ts'
import { mailObject } from './mailObject.ts'
import type { SentMail } from './sentMail.ts'

/** What SES publishes to a topic: the Message of the notification, and its Subject where there is one. */
export interface SesMessage {
  readonly message: string
  readonly subject: string | null
}

export interface RecordOptions {
  readonly mail: SentMail
  readonly feedback: Feedback
  readonly dialect: Dialect
  /** Of bounces and complaints. The two dialects give one event the same id or two different ones. */
  readonly feedbackId: string
  /** The setting "include original headers" of an identity; event publishing has them always. @default true */
  readonly includeHeaders?: boolean
}

/** Feedback of an identity knows three kinds; everything else is there in event publishing alone. */
export function speaks(dialect: Dialect, kind: Feedback['kind']): boolean {
  return dialect === 'eventPublishing' || kind === 'bounce' || kind === 'complaint' || kind === 'delivery'
}

/**
 * The record of one event in one dialect. Event publishing ends its JSON with a line break, which is part
 * of the signed text, and gives a Subject.
 *
 * @throws RangeError for a kind that the dialect does not know
 */
export function sesRecord(options: RecordOptions): SesMessage {
  const { mail, feedback, dialect, feedbackId, includeHeaders = true } = options
  const { kind } = feedback
  if (!speaks(dialect, kind)) throw new RangeError(`there is no ${kind} in the ${dialect} dialect`)
  const names = kindNames[kind]
  const published = dialect === 'eventPublishing'
  const json = JSON.stringify({
    [published ? 'eventType' : 'notificationType']: names.type,
    [names.object]: detailOf(feedback, dialect, feedbackId),
    mail: mailObject(mail, {
      dialect,
      withHeaders: published ? kind !== 'deliveryDelay' && kind !== 'renderingFailure' : includeHeaders,
      withSourceArn: kind !== 'open' && kind !== 'click',
      outgoingIp: kind === 'delivery' ? '192.0.2.25' : null,
    }),
  })
  return published
    ? { message: `${json}\n`, subject: 'Amazon SES Email Event Notification' }
    : { message: json, subject: null }
}

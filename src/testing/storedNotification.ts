import type { NewNotification } from '../inbox/inbox.ts'

export interface StoredInput {
  readonly site: string
  readonly messageId: string
  /** Epoch ms. */
  readonly at: number
  /** Notification unless given. */
  readonly type?: string
  /** The whole body, in the place of an envelope. */
  readonly raw?: string
}

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const certificateUrl = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem'

/** A notification as ingest leaves it in the inbox. Its signature was checked when it came, and is none here. */
export function storedNotification(message: string, given: StoredInput): NewNotification {
  const { site, messageId, at, raw = envelope(message, given) } = given
  return {
    addressed: '',
    site,
    messageId,
    topicArn,
    channel: 'https',
    receivedAt: at,
    publishedAt: at,
    raw: new TextEncoder().encode(raw),
    verdict: { signatureVersion: '2', certificateUrl, verifiedAt: at },
  }
}

function envelope(message: string, { messageId, at, type = 'Notification' }: StoredInput): string {
  return JSON.stringify({
    Type: type,
    MessageId: messageId,
    TopicArn: topicArn,
    Message: message,
    Timestamp: new Date(at).toISOString(),
    SignatureVersion: '2',
    Signature: 'AA==',
    SigningCertURL: certificateUrl,
    ...(type === 'Notification' ? {} : { Token: '0123', SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/' }),
  })
}

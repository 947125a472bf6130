import type { NewNotification } from '../inbox/inbox.ts'

export const receivedAt = Date.UTC(2026, 5, 2, 8, 20, 5)

/** A notification as the ingest hands it to the inbox; each call with a number of its own is another one. */
export function notification(number: number, more: Partial<NewNotification> = {}): NewNotification {
  return {
    addressed: '',
    site: 'alpha',
    messageId: `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`,
    topicArn: 'arn:aws:sns:eu-west-1:123456789012:ses-feedback',
    channel: 'https',
    receivedAt,
    publishedAt: receivedAt - 700,
    raw: new TextEncoder().encode(`{"number":${number},"name":"Zoë"}`),
    verdict: {
      signatureVersion: '2',
      certificateUrl: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
      verifiedAt: receivedAt + 1,
    },
    ...more,
  }
}

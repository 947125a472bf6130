import { time } from './dialect.ts'
import type { SesMessage } from './record.ts'
import type { SentMail } from './sentMail.ts'

/**
 * Mail that SES received (kind Received), which some publish to the same topic. It tells of nothing that
 * was sent, though it has a `mail` like the others.
 */
export function inboundMail(mail: SentMail, topicArn: string): SesMessage {
  const at = time(mail.sentAt)
  const verdict = { status: 'PASS' }
  const content = `${mail.headers.map(({ name, value }) => `${name}: ${value}\r\n`).join('')}\r\nHello\r\n`
  return {
    message: JSON.stringify({
      notificationType: 'Received',
      mail: {
        timestamp: at,
        source: mail.source,
        messageId: mail.messageId.replaceAll('-', ''),
        destination: mail.destination,
        headersTruncated: false,
        headers: mail.headers,
      },
      receipt: {
        timestamp: at,
        processingTimeMillis: 222,
        recipients: mail.destination,
        spamVerdict: verdict,
        virusVerdict: verdict,
        spfVerdict: verdict,
        dkimVerdict: verdict,
        action: { type: 'SNS', topicArn },
      },
      content,
    }),
    subject: 'Amazon SES Email Receipt Notification',
  }
}

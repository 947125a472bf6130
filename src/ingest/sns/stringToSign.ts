import type { SnsEnvelope } from './verdict.ts'

/**
 * The bytes that SNS signed: `Key\nValue\n` for each field in the alphabet's order, the last line break
 * included, in UTF-8, the values as they are after JSON unescaping. Nothing is trimmed, normalised or
 * formatted again: SES's messages end in a line break, and a Timestamp that has been through a Date
 * loses its `.000` once in a thousand messages.
 *
 * Such a text could be cut into fields in more than one way if a value other than Message held a line
 * break (Subject could move into MessageId, and a replay would look new). `parseEnvelope` lets none
 * through, which makes the text unambiguous: read from its end, every line's place is known.
 *
 * SignatureVersion, SigningCertURL, UnsubscribeURL and MessageAttributes are not signed.
 *
 * @param scratch is written to where the text fits: the result is then a view of it and good until the
 * next call. A fresh buffer and a joined string for each message cost a twentieth of the verification.
 */
export function stringToSign(envelope: SnsEnvelope, scratch?: Buffer): Buffer {
  const { message } = envelope
  const rest = afterMessage(envelope)
  // No UTF-16 unit needs more than three bytes of UTF-8.
  const most = firstKey.length + 3 * (message.length + rest.length)
  const target = scratch !== undefined && scratch.length >= most ? scratch : Buffer.allocUnsafe(most)
  let end = target.write(firstKey, 'latin1')
  end += target.write(message, end, 'utf8')
  end += target.write(rest, end, 'utf8')
  return target.subarray(0, end)
}

const firstKey = 'Message\n'

function afterMessage(envelope: SnsEnvelope): string {
  const { type, messageId, subject, subscribeUrl, timestamp, token, topicArn } = envelope
  const tail = `TopicArn\n${topicArn}\nType\n${type}\n`
  if (type !== 'Notification')
    return `\nMessageId\n${messageId}\nSubscribeURL\n${subscribeUrl}\nTimestamp\n${timestamp}\nToken\n${token}\n${tail}`
  const subjectLines = subject === null ? '' : `Subject\n${subject}\n`
  return `\nMessageId\n${messageId}\n${subjectLines}Timestamp\n${timestamp}\n${tail}`
}

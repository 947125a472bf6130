import { type KeyObject, sign } from 'node:crypto'
import type { UnsignedMessage } from './envelope.ts'

export type SignatureVersion = '1' | '2'

/**
 * The text that SNS signs, written from AWS's description and not from the gateway's verifier: the two
 * share no line, so that a fault in one cannot hide in the other.
 *
 * Each field that is there gives its name and its value, each ended by a line break; the values are
 * those before JSON escapes them.
 */
export function signedText(message: UnsignedMessage): string {
  return signedPairs(message)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('')
}

/** AWS's own lists for the confirmations forget SubscribeURL and Token; the signatures do not. */
function signedPairs(message: UnsignedMessage): readonly (readonly [string, string])[] {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message
  if (Type === 'Notification') {
    const subject: readonly [string, string][] = message.Subject === undefined ? [] : [['Subject', message.Subject]]
    return [
      ['Message', Message],
      ['MessageId', MessageId],
      ...subject,
      ['Timestamp', Timestamp],
      ['TopicArn', TopicArn],
      ['Type', Type],
    ]
  }
  return [
    ['Message', Message],
    ['MessageId', MessageId],
    ['SubscribeURL', message.SubscribeURL],
    ['Timestamp', Timestamp],
    ['Token', message.Token],
    ['TopicArn', TopicArn],
    ['Type', Type],
  ]
}

/** Base64 of an RSA PKCS#1 v1.5 signature, over SHA-1 in version 1 and SHA-256 in version 2. Always the same for the same text. */
export function signText(text: string, key: KeyObject, version: SignatureVersion): string {
  return sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text, 'utf8'), key).toString('base64')
}

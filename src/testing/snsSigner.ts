import { type KeyObject, sign } from 'node:crypto'
import { makeCertificate, rsaPair } from './x509.ts'

/** Fields of a message in the spelling of the wire. */
export type SnsFields = Readonly<Record<string, string>>

/**
 * Signs as SNS does, for tests. It shares no line with the product: the signed text is made from lists of names,
 * so that a fault of the verifier cannot cancel itself out.
 */
const signedNames: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
}

export interface SnsSigner {
  /** The certificate's file under `certificateName`. */
  readonly pem: string
  readonly certificateName: string
  readonly privateKey: KeyObject
  /** Signs what is given, adding only the fields of the signature; any of them can be given to have it otherwise. */
  sign(fields: SnsFields, version?: '1' | '2'): SnsFields
}

export interface SnsSignerOptions {
  /** @default sns.amazonaws.com */
  readonly commonName?: string
  /** @default 2026-01-01 */
  readonly validFrom?: number
  /** @default 2026-12-31 */
  readonly validTo?: number
}

/** Makes a key and a self-signed certificate: some tenths of a second, so one for a file of tests. */
export function createSnsSigner(options: SnsSignerOptions = {}): SnsSigner {
  const { publicKey, privateKey } = rsaPair()
  const { commonName = 'sns.amazonaws.com' } = options
  const { validFrom = Date.UTC(2026, 0, 1), validTo = Date.UTC(2026, 11, 31) } = options
  const pem = makeCertificate({ publicKey, commonName, validFrom, validTo }, privateKey)
  const certificateName = `SimpleNotificationService-${'0123456789abcdef'.repeat(2)}.pem`
  return {
    pem,
    certificateName,
    privateKey,
    sign(fields, version = '2') {
      const [, , , region] = (fields['TopicArn'] ?? '').split(':')
      return {
        ...fields,
        SignatureVersion: version,
        Signature: signText(signedText(fields), privateKey, version),
        SigningCertURL: `https://sns.${region}.amazonaws.com/${certificateName}`,
      }
    },
  }
}

export function signedText(fields: SnsFields): string {
  const names = signedNames[fields['Type'] ?? ''] ?? []
  return names
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name}\n${fields[name]}\n`)
    .join('')
}

export function signText(text: string, privateKey: KeyObject, version: '1' | '2'): string {
  return sign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256', Buffer.from(text), privateKey).toString('base64')
}

/** An example to sign, as SES makes them: the line break at the end is part of it. */
export const notificationFields: SnsFields = {
  Type: 'Notification',
  MessageId: '1055bc4a-e4f8-40f9-af6a-99c155b08d43',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:ses',
  Subject: 'Amazon SES Email Event Notification',
  Message: '{"eventType":"Bounce","mail":{"subject":"\u{1f600} Grüße"}}\n',
  Timestamp: '2026-06-02T08:20:04.000Z',
}

const token = '2336412f37fb687f'.repeat(16)

export const confirmationFields: SnsFields = {
  Type: 'SubscriptionConfirmation',
  MessageId: '464d8759-27ec-434b-a7ec-ab78a0161b33',
  Token: token,
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:ses',
  Message: 'You have chosen to subscribe to the topic arn:aws:sns:eu-west-1:111122223333:ses.\nTo confirm …',
  SubscribeURL: `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:111122223333:ses&Token=${token}`,
  Timestamp: '2026-06-02T08:15:00.127Z',
}

/** A moment at which the default certificate is valid. */
export const signerTime = Date.UTC(2026, 5, 2, 8, 20, 5)

/** Fields of an SNS message in the spelling of the wire, before signing. */
export type UnsignedMessage = NotificationFields | ConfirmationFields

interface CommonFields {
  readonly MessageId: string
  readonly TopicArn: string
  readonly Message: string
  /** ISO 8601 with milliseconds and `Z`. */
  readonly Timestamp: string
}

export interface NotificationFields extends CommonFields {
  readonly Type: 'Notification'
  /** Absent unless one was published. */
  readonly Subject?: string
  readonly UnsubscribeURL?: string
  readonly MessageAttributes?: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>
}

export interface ConfirmationFields extends CommonFields {
  readonly Type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'
  readonly Token: string
  readonly SubscribeURL: string
}

/** What is added by signing; none of it is signed itself. */
export interface SignatureFields {
  readonly SignatureVersion: string
  readonly Signature: string
  readonly SigningCertURL: string
}

export type SignedMessage = UnsignedMessage & SignatureFields

/** The order on the wire. Of the fields that a message may lack, those that it has keep their place. */
const notificationOrder = [
  'Type',
  'MessageId',
  'TopicArn',
  'Subject',
  'Message',
  'Timestamp',
  'SignatureVersion',
  'Signature',
  'SigningCertURL',
  'UnsubscribeURL',
  'MessageAttributes',
] as const

const confirmationOrder = [
  'Type',
  'MessageId',
  'Token',
  'TopicArn',
  'Message',
  'SubscribeURL',
  'Timestamp',
  'SignatureVersion',
  'Signature',
  'SigningCertURL',
] as const

/**
 * Writes the body as SNS does: two spaces indent, a space before the colon too, no line break at the
 * end. Characters beyond the basic plane (emoji) come as two surrogate escapes, all others as they are.
 */
export function renderEnvelope(message: SignedMessage): string {
  const order = message.Type === 'Notification' ? notificationOrder : confirmationOrder
  const values = new Map<string, unknown>(Object.entries(message))
  const lines = order
    .filter((name) => values.get(name) !== undefined)
    .map((name) => `  "${name}" : ${escapeAstral(JSON.stringify(values.get(name)))}`)
  return `{\n${lines.join(',\n')}\n}`
}

function escapeAstral(json: string): string {
  return json.replaceAll(/[\u{10000}-\u{10ffff}]/gu, (character) =>
    [0, 1].map((unit) => `\\u${character.charCodeAt(unit).toString(16).toUpperCase()}`).join(''),
  )
}

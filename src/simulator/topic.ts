import type { Clock, Random } from '../clock.ts'
import type { SigningIdentity } from './certificate.ts'
import type { ConfirmationFields, NotificationFields, SignedMessage, UnsignedMessage } from './envelope.ts'
import { renderEnvelope } from './envelope.ts'
import { type Headers, snsHeaders } from './headers.ts'
import { hexDigits, uuid } from './random.ts'
import { snsOrigin } from './region.ts'
import { type SignatureVersion, signText, signedText } from './signer.ts'

/** One request as SNS makes it, ready to be sent as often as need be. */
export interface SnsRequest {
  readonly headers: Headers
  readonly body: string
  /** What the body says, for those who forge, compare or report. */
  readonly message: SignedMessage
}

export interface TopicOptions {
  readonly arn: string
  readonly identity: SigningIdentity
  /** A setting of the topic; SNS's own default is 1. @default '1' */
  readonly signatureVersion?: SignatureVersion
  readonly random: Random
  readonly clock: Clock
}

/** What is published to a topic. */
export interface Publication {
  readonly message: string
  readonly subject?: string | null
  readonly attributes?: NotificationFields['MessageAttributes']
  /** Epoch milliseconds. @default now */
  readonly at?: number
}

/** An SNS topic with one HTTP subscription. */
export class SnsTopic {
  readonly arn: string
  readonly subscriptionArn: string
  readonly #options: TopicOptions

  constructor(options: TopicOptions) {
    this.arn = options.arn
    this.subscriptionArn = `${options.arn}:${uuid(options.random)}`
    this.#options = options
  }

  /** Each call is a message of its own, with a MessageId of its own, however equal the content. */
  notification({ message, subject = null, attributes, at }: Publication): SnsRequest {
    return this.sign({
      Type: 'Notification',
      MessageId: uuid(this.#options.random),
      TopicArn: this.arn,
      ...(subject === null ? {} : { Subject: subject }),
      Message: message,
      Timestamp: this.#time(at),
      UnsubscribeURL: `${snsOrigin(this.arn)}/?Action=Unsubscribe&SubscriptionArn=${this.subscriptionArn}`,
      ...(attributes === undefined ? {} : { MessageAttributes: attributes }),
    })
  }

  /** What SNS sends right after Subscribe. Its token would live for two days. */
  subscriptionConfirmation(): SnsRequest {
    return this.#confirmation(
      'SubscriptionConfirmation',
      `You have chosen to subscribe to the topic ${this.arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    )
  }

  /** What SNS sends when the subscription was ended; its SubscribeURL would restore it. */
  unsubscribeConfirmation(): SnsRequest {
    return this.#confirmation(
      'UnsubscribeConfirmation',
      `You have chosen to deactivate subscription ${this.subscriptionArn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
    )
  }

  /** Signs fields that the caller made, whatever they are: for messages that SNS would not send. */
  sign(message: UnsignedMessage): SnsRequest {
    const { identity, signatureVersion = '1' } = this.#options
    return signRequest(message, identity, signatureVersion, this.subscriptionArn)
  }

  #confirmation(type: ConfirmationFields['Type'], text: string): SnsRequest {
    const { random } = this.#options
    const token = `2336412f37fb687f5d51e6e2${hexDigits(random, 232)}`
    return this.sign({
      Type: type,
      MessageId: uuid(random),
      Token: token,
      TopicArn: this.arn,
      Message: text,
      SubscribeURL: `${snsOrigin(this.arn)}/?Action=ConfirmSubscription&TopicArn=${this.arn}&Token=${token}`,
      Timestamp: this.#time(),
    })
  }

  #time(at = this.#options.clock.now()): string {
    return new Date(at).toISOString()
  }
}

/** Signs and writes a message. SigningCertURL lies in the region of the topic, whoever's certificate it is. */
export function signRequest(
  message: UnsignedMessage,
  identity: SigningIdentity,
  version: SignatureVersion,
  subscriptionArn: string | null,
): SnsRequest {
  return request(
    {
      ...message,
      SignatureVersion: version,
      Signature: signText(signedText(message), identity.privateKey, version),
      SigningCertURL: `${snsOrigin(message.TopicArn)}/${identity.fileName}`,
    },
    subscriptionArn,
  )
}

/** A request from fields that are signed already. */
export function request(message: SignedMessage, subscriptionArn: string | null): SnsRequest {
  return { headers: snsHeaders(message, subscriptionArn), body: renderEnvelope(message), message }
}

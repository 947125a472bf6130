import type { SigningIdentity } from './certificate.ts'
import { type SignatureFields, type SignedMessage, renderEnvelope } from './envelope.ts'
import { type SignatureVersion, signText, signedText } from './signer.ts'
import type { SnsRequest, SnsTopic } from './topic.ts'

/** What a stranger has: a key and a certificate of his own, and a topic in an AWS account of his own. */
export interface Stranger {
  readonly identity: SigningIdentity
  /** Truly signed by SNS: everyone can have SNS sign for his own topics. */
  readonly topic: SnsTopic
}

/** A request that no gateway may believe, made from one that it may. */
export interface Forgery {
  readonly name: string
  /** What is false about it. */
  readonly lie: string
  /** What the gateway must answer: 4xx, so that SNS would not come again. */
  readonly status: 400 | 403
  readonly forge: (genuine: SnsRequest, stranger: Stranger) => SnsRequest
}

export const forgeries = {
  altered: {
    name: 'altered',
    lie: 'an address was changed after signing',
    status: 403,
    // The blank makes sure of a change where no address is named.
    forge: (genuine) =>
      saying(genuine, { Message: `${genuine.message.Message.replaceAll('"emailAddress":"', '"emailAddress":"x')} ` }),
  },
  strangersKey: {
    name: 'strangersKey',
    lie: "signed with a stranger's key, under the name of the right certificate",
    status: 403,
    forge: (genuine, { identity }) => saying(genuine, signedBy(genuine, identity)),
  },
  certificateElsewhere: {
    name: 'certificateElsewhere',
    lie: "signed with a stranger's key, and the certificate lies in his bucket",
    status: 403,
    forge: (genuine, { identity }) =>
      saying(genuine, {
        ...signedBy(genuine, identity),
        SigningCertURL: `https://strangers-bucket.s3.amazonaws.com/${identity.fileName}`,
      }),
  },
  lookAlikeHost: {
    name: 'lookAlikeHost',
    lie: "signed with a stranger's key, and the host only begins like SNS's",
    status: 403,
    forge: (genuine, { identity }) =>
      saying(genuine, {
        ...signedBy(genuine, identity),
        SigningCertURL: genuine.message.SigningCertURL.replace('.amazonaws.com', '.amazonaws.com.example.net'),
      }),
  },
  otherHash: {
    name: 'otherHash',
    lie: 'the signature is of the other version',
    status: 403,
    forge: (genuine) => saying(genuine, { SignatureVersion: genuine.message.SignatureVersion === '1' ? '2' : '1' }),
  },
  strangersTopic: {
    name: 'strangersTopic',
    lie: "truly signed, but from a topic in a stranger's account",
    status: 403,
    forge: ({ message }, { topic }) =>
      topic.notification({ message: message.Message, at: Date.parse(message.Timestamp) }),
  },
  rawDelivery: {
    name: 'rawDelivery',
    lie: 'raw delivery: the bare record, which nobody signed',
    status: 400,
    forge: ({ message, headers }) => ({
      headers: { ...headers, 'x-amz-sns-rawdelivery': 'true' },
      body: message.Message,
      message,
    }),
  },
  otherHeader: {
    name: 'otherHeader',
    lie: 'a header names another message than the body',
    status: 400,
    forge: (genuine) => ({
      ...genuine,
      headers: { ...genuine.headers, 'x-amz-sns-message-id': '00000000-0000-4000-8000-000000000000' },
    }),
  },
} as const satisfies Readonly<Record<string, Forgery>>

export const allForgeries: readonly Forgery[] = Object.values(forgeries)

/** The same request with other words in its body. */
function saying(genuine: SnsRequest, changes: Partial<SignatureFields & { readonly Message: string }>): SnsRequest {
  const message: SignedMessage = { ...genuine.message, ...changes }
  return { headers: genuine.headers, body: renderEnvelope(message), message }
}

function signedBy({ message }: SnsRequest, identity: SigningIdentity): { readonly Signature: string } {
  const version: SignatureVersion = message.SignatureVersion === '1' ? '1' : '2'
  return { Signature: signText(signedText(message), identity.privateKey, version) }
}

/**
 * No forgery, but what a thief of old traffic has: the message of long ago, in every bit as it was. It is
 * genuine, so the gateway cannot refuse it for its signature; a copy of one that it has seen must have no
 * effect, and one older than any that can be under way is judged by a certificate that has to be valid now.
 *
 * @param age milliseconds
 */
export function stale(topic: SnsTopic, message: string, now: number, age: number): SnsRequest {
  return topic.notification({ message, at: now - age })
}

import type { Random } from '../../src/clock.ts'
import type { SigningIdentity } from '../../src/simulator/certificate.ts'
import type { UnsignedMessage } from '../../src/simulator/envelope.ts'
import { hexDigits, pick, uuid } from '../../src/simulator/random.ts'
import { snsOrigin } from '../../src/simulator/region.ts'
import type { SesMessage } from '../../src/simulator/ses/record.ts'
import { type SnsRequest, signRequest } from '../../src/simulator/topic.ts'
import { hostileDate, hostileText } from './hostileText.ts'
import { hostileKey, hostileTree } from './hostileTree.ts'
import { type MutationContext, mutateTree } from './mutateTree.ts'
import { escaping, Members, treeOf, writeTree } from './tree.ts'
import { allowedTopics } from './world.ts'

/** MessageIds begin with the number of the request, so that what is found later leads back to it. */
export function messageIdOf(number: number, random: Random): string {
  return number.toString(16).padStart(8, '0') + uuid(random).slice(8)
}

/** null where the id is not one of {@link messageIdOf}. */
export function numberOf(messageId: string): number | null {
  const digits = /^([0-9a-f]{8})-[0-9a-f]{4}-4/.exec(messageId)?.[1]
  return digits === undefined ? null : Number.parseInt(digits, 16)
}

/** What a notification says, before it is signed. */
export interface Publication extends SesMessage {
  readonly messageId: string
  readonly topicArn: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** A notification as SNS would sign and send it, whatever its Message. */
export function signedNotification(random: Random, identity: SigningIdentity, publication: Publication): SnsRequest {
  return sign(random, identity, notificationOf(publication))
}

function notificationOf({ message, subject, messageId, topicArn, at }: Publication): UnsignedMessage {
  return {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topicArn,
    ...(subject === null ? {} : { Subject: subject }),
    Message: message,
    Timestamp: new Date(at).toISOString(),
    UnsubscribeURL: `${snsOrigin(topicArn)}/?Action=Unsubscribe&SubscriptionArn=${topicArn}:1`,
  }
}

function sign(random: Random, identity: SigningIdentity, message: UnsignedMessage): SnsRequest {
  return signRequest(message, identity, random() < 0.5 ? '1' : '2', `${message.TopicArn}:${uuid(random)}`)
}

/** An envelope with strange fields, signed with them; then with strange members that nobody signs. */
export function signedStrangeEnvelope(random: Random, identity: SigningIdentity, publication: Publication): SnsRequest {
  const strange = sign(random, identity, pick(random, strangeMessages)(random, notificationOf(publication)))
  const members = treeOf(strange.message)
  if (!(members instanceof Members)) return strange
  if (random() < 0.3) members.list.push({ key: 'MessageAttributes', value: hostileTree(random) })
  if (random() < 0.3) members.list.unshift({ key: hostileKey(random), value: hostileTree(random) })
  if (random() < 0.3) members.list.reverse()
  const body = random() < 0.3 ? writeTree(members, escaping) : writeTree(members)
  return { ...strange, body }
}

const strangeMessages: readonly ((random: Random, message: UnsignedMessage) => UnsignedMessage)[] = [
  (random, message) => ({ ...message, Subject: hostileText(random) }),
  (random, message) => ({ ...message, MessageId: hostileText(random) }),
  (random, message) => ({ ...message, Timestamp: random() < 0.5 ? hostileDate(random) : hostileText(random) }),
  (random, message) => ({ ...message, Message: `${message.Message}\nMessageId\n${hostileText(random)}` }),
  (random, message) => ({ ...message, TopicArn: strangeTopic(random) }),
  (random, message) => confirmationOf(random, message, 'UnsubscribeConfirmation'),
  (random, message) => confirmationOf(random, message, 'SubscriptionConfirmation'),
  (random, message) => ({
    ...confirmationOf(random, message, 'SubscriptionConfirmation'),
    TopicArn: strangeTopic(random),
  }),
]

function strangeTopic(random: Random): string {
  return pick(random, [
    allowedTopics[1],
    'arn:aws:sns:eu-west-1:444455556666:another.fifo',
    'arn:aws:sns:us-east-1:444455556666:elsewhere',
    'arn:aws-cn:sns:cn-north-1:444455556666:elsewhere',
    'arn:aws:sns:eu-west-1:999988887777:strangers',
    'arn:aws:sns:eu-west-1:111122223333:ses:0b1a',
    'arn:aws:sqs:eu-west-1:111122223333:ses',
    hostileText(random),
  ])
}

function confirmationOf(
  random: Random,
  { MessageId, TopicArn, Timestamp, Message }: UnsignedMessage,
  Type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
): UnsignedMessage {
  const Token = random() < 0.7 ? `2336412f37fb687f5d51e6e2${hexDigits(random, 40)}` : hostileText(random)
  const SubscribeURL =
    random() < 0.7
      ? `${snsOrigin(TopicArn)}/?Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=${Token}`
      : hostileText(random)
  return { Type, MessageId, TopicArn, Timestamp, Message: random() < 0.5 ? Message : 'Confirm.', Token, SubscribeURL }
}

/** A signed message whose envelope was changed afterwards. */
export function tamperedEnvelope(
  random: Random,
  { headers, message }: SnsRequest,
  context: MutationContext,
): SnsRequest {
  const members = treeOf(message)
  if (members instanceof Members) mutateTree(random, members, context)
  return { headers, message, body: random() < 0.2 ? writeTree(members, escaping) : writeTree(members) }
}

import { dnsSuffix } from '../partitions.ts'
import { parseTopicArn } from '../topicArn.ts'
import type { SnsEnvelope } from '../verdict.ts'

/** The parts of a SubscriptionConfirmation that confirming needs. */
export type Subscription = Pick<SnsEnvelope, 'type' | 'topicArn' | 'token' | 'subscribeUrl'>

/**
 * The URL that SNS gives for confirming, put together from topic and token. Only this one is ever
 * fetched: the SubscribeURL of a message is somebody else's choice of where this machine connects to.
 * SNS writes both unescaped, and both are of letters, digits, `:`, `-`, `_` and `.` (see `parseEnvelope`).
 *
 * @returns null where the topic's partition is unknown, the token is missing or would need escaping, or
 * the message carries another SubscribeURL than this
 */
export function rebuildSubscribeUrl({ topicArn, token, subscribeUrl }: Subscription): string | null {
  const topic = parseTopicArn(topicArn)
  const suffix = topic === null ? null : dnsSuffix(topic.partition, topic.region)
  if (topic === null || suffix === null || token === null || !/^[0-9A-Za-z]+$/.test(token)) return null
  const url = `https://sns.${topic.region}.${suffix}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`
  return url === subscribeUrl ? url : null
}

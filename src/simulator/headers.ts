import type { UnsignedMessage } from './envelope.ts'

/** Of an HTTP request; names in lower case, as HTTP does not tell them apart. */
export type Headers = Readonly<Record<string, string>>

/**
 * The headers with which SNS posts a message. Length, host and connection are the HTTP client's.
 *
 * @param subscriptionArn absent on a SubscriptionConfirmation, when there is no subscription yet
 */
export function snsHeaders(message: UnsignedMessage, subscriptionArn: string | null): Headers {
  const { Type, MessageId, TopicArn } = message
  return {
    'x-amz-sns-message-type': Type,
    'x-amz-sns-message-id': MessageId,
    'x-amz-sns-topic-arn': TopicArn,
    ...(subscriptionArn === null || Type === 'SubscriptionConfirmation'
      ? {}
      : { 'x-amz-sns-subscription-arn': subscriptionArn }),
    // JSON, but SNS says text.
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    'accept-encoding': 'gzip,deflate',
  }
}

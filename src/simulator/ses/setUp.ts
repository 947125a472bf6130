import type { SesMessage } from './record.ts'

/** What SES publishes when a topic is set for an identity: JSON without a `mail`, and a line break behind it. */
export function identitySetUp(
  topicArn: string,
  identity: string,
  kind: 'Bounce' | 'Complaint' | 'Delivery',
): SesMessage {
  const text = `You have successfully subscribed your Amazon SNS topic '${topicArn}' to receive '${kind}' notifications from Amazon SES for identity '${identity}'.`
  return {
    message: `${JSON.stringify({ notificationType: 'AmazonSnsSubscriptionSucceeded', message: text })}\n`,
    subject: null,
  }
}

/** What SES publishes when a topic becomes the destination of a configuration set: no JSON at all. */
export function eventPublishingSetUp(): SesMessage {
  return { message: 'Successfully validated SNS topic for Amazon SES event publishing.', subject: null }
}

import type { BoundedGet } from '../boundedGet.ts'
import { parseTopicArn } from '../topicArn.ts'
import { type ConfirmationApiFactory, confirmByApi } from './byApi.ts'
import { confirmByLink } from './byLink.ts'
import { type ConfirmOutcome, failed } from './outcome.ts'
import type { Subscription } from './subscribeUrl.ts'

/**
 * Confirms a subscription whose SubscriptionConfirmation has been verified and whose topic is allowed:
 * both are the caller's to see to, before. Never rejects; may be repeated.
 */
export type ConfirmSubscription = (subscription: Subscription) => Promise<ConfirmOutcome>

export interface ConfirmOptions {
  readonly get: BoundedGet
  /** null: credentials of AWS are not to be used. */
  readonly api: ConfirmationApiFactory | null
}

/**
 * By the API with AuthenticateOnUnsubscribe where credentials are there and suffice, else by the link.
 * Any other failure of the API is no reason for the link: it would give the protection away for good
 * because of a fault that passes.
 */
export function createConfirm({ get, api }: ConfirmOptions): ConfirmSubscription {
  return async function confirmSubscription(subscription) {
    // The SubscribeURL of an UnsubscribeConfirmation has the same form and would undo someone's decision.
    if (subscription.type !== 'SubscriptionConfirmation' || subscription.token === null)
      return failed(true, 'only a SubscriptionConfirmation can be confirmed')
    const topic = parseTopicArn(subscription.topicArn)
    if (topic === null) return failed(true, 'TopicArn is not the ARN of a topic')
    if (api === null) return confirmByLink(get, subscription)

    const outcome = await confirmByApi(api, topic.region, subscription)
    if (!('unauthorised' in outcome)) return outcome
    const byLink = await confirmByLink(get, subscription)
    if (!byLink.ok) return byLink
    const remark = `confirmed by link, without AuthenticateOnUnsubscribe: AWS credentials absent or insufficient (${outcome.unauthorised})`
    return { ...byLink, remark }
  }
}

import type { BoundedGet } from '../boundedGet.ts'
import { type ConfirmOutcome, failed, failedWithCode, isSubscriptionOf } from './outcome.ts'
import { type Subscription, rebuildSubscribeUrl } from './subscribeUrl.ts'

const limits = { maxBytes: 64 * 1024, timeoutMs: 10_000 }

/**
 * Confirms by the link, which needs no credential. Repeating it is harmless: SNS answers with the same
 * subscription. The link cannot ask for AuthenticateOnUnsubscribe.
 */
export async function confirmByLink(get: BoundedGet, subscription: Subscription): Promise<ConfirmOutcome> {
  const url = rebuildSubscribeUrl(subscription)
  if (url === null) return failed(true, 'SubscribeURL is not the one that SNS builds for this topic and token')
  const answer = await get(url, limits)
  if (!answer.ok) return failed(false, `no answer from SNS: ${answer.reason}`)

  // Two fields out of a fixed form; a parser for XML would bring more dangers than it removes.
  const xml = answer.body.toString('utf8')
  if (answer.status === 200) {
    const subscriptionArn = /<SubscriptionArn>([^<]{1,512})<\/SubscriptionArn>/.exec(xml)?.[1]
    return isSubscriptionOf(subscription.topicArn, subscriptionArn)
      ? { ok: true, subscriptionArn, authenticated: false, remark: null }
      : failed(false, 'SNS answered 200 without naming the subscription')
  }
  // Something between may answer too (a proxy's page with 403): only SNS's own word is final.
  const code = /<Code>([A-Za-z.]{1,64})<\/Code>/.exec(xml)?.[1]
  return code === undefined
    ? failed(false, `the answer to the confirmation was ${answer.status}`)
    : failedWithCode(code)
}

/** How an attempt to confirm a subscription ended. No text in it holds the token or a URL. */
export type ConfirmOutcome =
  | {
      readonly ok: true
      readonly subscriptionArn: string
      /** True: only the owners of topic and subscription can end it. False: whoever sees an UnsubscribeURL can. */
      readonly authenticated: boolean
      /** Why it is not authenticated although AWS was asked for it. */
      readonly remark: string | null
    }
  | ConfirmFailure

export interface ConfirmFailure {
  readonly ok: false
  /** True: the same token will never do. False: try again while the token lives (two days). */
  readonly permanent: boolean
  readonly error: string
}

export function failed(permanent: boolean, error: string): ConfirmFailure {
  return { ok: false, permanent, error }
}

/** SNS's codes for a token that is wrong, used up or too old, and for a topic that is gone. */
const permanentCodes: ReadonlySet<string> = new Set([
  'InvalidParameter',
  'InvalidParameterException',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'NotFound',
  'NotFoundException',
  'ValidationError',
  'ValidationException',
])

/** @param code as SNS names it, `InvalidParameter`, or its SDK, `InvalidParameterException` */
export function failedWithCode(code: string): ConfirmFailure {
  return permanentCodes.has(code)
    ? failed(true, `SNS says ${code}: the token is wrong or older than two days, or the topic is gone`)
    : failed(false, `SNS says ${code}`)
}

/** SNS's answer names the subscription; "pending confirmation" or another topic's is no success. */
export function isSubscriptionOf(topicArn: string, subscriptionArn: string | undefined): subscriptionArn is string {
  return (
    subscriptionArn?.startsWith(`${topicArn}:`) === true &&
    /^[0-9A-Za-z-]{1,64}$/.test(subscriptionArn.slice(topicArn.length + 1))
  )
}

import type { ConfirmSubscriptionInput, SNSClientConfig } from '@aws-sdk/client-sns'
import { clientOptions } from '../../../aws/client.ts'
import { faultOf } from '../../../aws/fault.ts'
import { type ConfirmFailure, type ConfirmOutcome, failed, failedWithCode, isSubscriptionOf } from './outcome.ts'
import type { Subscription } from './subscribeUrl.ts'

/** The one call that is made with AWS credentials. Rejects as AWS's SDK does. */
export interface ConfirmationApi {
  confirm(input: ConfirmSubscriptionInput): Promise<{ readonly SubscriptionArn?: string | undefined }>
  close(): void
}

/** @param region the topic's */
export type ConfirmationApiFactory = (region: string) => Promise<ConfirmationApi>

/**
 * AWS's own client with its usual search for credentials (environment, profile, role of the machine).
 * The SDK is loaded at the first confirmation: a gateway that only receives never pays for it.
 */
export function awsConfirmationApi(config: Omit<SNSClientConfig, 'region'> = {}): ConfirmationApiFactory {
  return async (region) => {
    const { ConfirmSubscriptionCommand, SNSClient } = await import('@aws-sdk/client-sns')
    const client = new SNSClient({
      ...clientOptions({ maxAttempts: 2 }),
      ...config,
      region,
    })
    return {
      confirm: async (input) => client.send(new ConfirmSubscriptionCommand(input)),
      close: () => {
        client.destroy()
      },
    }
  }
}

/** The credential is missing or may not do it: the link still can. */
export interface Unauthorised {
  readonly ok: false
  readonly unauthorised: string
}

/**
 * Confirms by the ConfirmSubscription call with AuthenticateOnUnsubscribe: afterwards the UnsubscribeURL,
 * which stands in every notification, ends nothing for a stranger.
 */
export async function confirmByApi(
  factory: ConfirmationApiFactory,
  region: string,
  { topicArn, token }: Subscription,
): Promise<ConfirmOutcome | Unauthorised> {
  let api: ConfirmationApi | null = null
  try {
    api = await factory(region)
    const input = { TopicArn: topicArn, Token: token ?? undefined, AuthenticateOnUnsubscribe: 'true' }
    const { SubscriptionArn: subscriptionArn } = await api.confirm(input)
    return isSubscriptionOf(topicArn, subscriptionArn)
      ? { ok: true, subscriptionArn, authenticated: true, remark: null }
      : failed(false, 'SNS answered without naming the subscription')
  } catch (error: unknown) {
    return judge(error)
  } finally {
    api?.close()
  }
}

/** Only the error's name is taken on: its text may quote the request, and with it the token. */
function judge(error: unknown): ConfirmFailure | Unauthorised {
  const fault = faultOf(error)
  if (fault === null) return failed(false, 'the call to SNS failed')
  const { name, status, isRefusal } = fault
  if (isRefusal) return { ok: false, unauthorised: name }
  return status === null ? failed(false, `the call to SNS failed: ${name}`) : failedWithCode(name)
}

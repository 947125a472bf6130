import type { SESv2ClientConfig } from '@aws-sdk/client-sesv2'
import { clientOptions } from './client.ts'
import { faultOf } from './fault.ts'

/**
 * The account's suppression list in SES: an address stands there after a hard bounce or a complaint, and mail to it is
 * accepted and never sent, until somebody removes it. Each region has a list of its own.
 */
export interface SuppressionList {
  /** Never rejects. */
  remove(address: string): Promise<Removal>
  close(): void
}

/**
 * - `removed`, `absent`: it does not stand there any more.
 * - `throttled`: later, and more slowly.
 * - `unauthorised`: no credentials, or they may not do it (`ses:DeleteSuppressedDestination`).
 * - `failed`: by AWS's name of the error.
 */
export type Removal =
  | { readonly removal: 'removed' | 'absent' | 'throttled' }
  | { readonly removal: 'unauthorised' | 'failed'; readonly error: string }

/** @param region null: as AWS's SDK finds it in its surroundings */
export type SuppressionLists = (region: string | null) => Promise<SuppressionList>

/**
 * AWS's own client with its usual search for credentials (environment, profile, role of the machine) and for its
 * endpoint (`AWS_ENDPOINT_URL_SESV2`). The SDK is loaded when it is first needed. It tries once: what passes is tried
 * again by whoever keeps what is to be removed.
 */
export function awsSuppressionLists(config: Omit<SESv2ClientConfig, 'region'> = {}): SuppressionLists {
  return async (region) => {
    const { DeleteSuppressedDestinationCommand, SESv2Client } = await import('@aws-sdk/client-sesv2')
    const client = new SESv2Client({
      ...clientOptions({ maxAttempts: 1 }),
      ...config,
      ...(region === null ? {} : { region }),
    })
    return {
      remove: async (address) => {
        try {
          await client.send(new DeleteSuppressedDestinationCommand({ EmailAddress: address }))
          return { removal: 'removed' }
        } catch (error: unknown) {
          return judge(error)
        }
      },
      close: () => client.destroy(),
    }
  }
}

const throttles: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'LimitExceededException',
])

/** What the SDK says on a machine that knows no region. */
const noRegion = 'Region is missing'

/** Only the error's name is taken on: its text may quote the address. */
function judge(error: unknown): Removal {
  const fault = faultOf(error)
  if (fault === null) return { removal: 'failed', error: 'an error without a name' }
  const { name, status, isRefusal } = fault
  if (name === 'NotFoundException') return { removal: 'absent' }
  if (throttles.has(name) || status === 429) return { removal: 'throttled' }
  if (error instanceof Error && error.message === noRegion)
    return { removal: 'unauthorised', error: 'no region is set' }
  return { removal: isRefusal ? 'unauthorised' : 'failed', error: name }
}

/** The regions that a site's topics are in, and so the lists of SES; null where its settings name none. */
export function regionsOfTopics(topics: readonly string[]): readonly (string | null)[] {
  const regions = new Set(topics.flatMap((topic) => /^arn:aws[a-z-]*:sns:([a-z0-9-]+):/.exec(topic)?.[1] ?? []))
  return regions.size === 0 ? [null] : [...regions]
}

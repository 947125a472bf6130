import type { Clock } from '../clock.ts'
import { type BoundedGet, createBoundedGet, createGetDispatcher } from '../ingest/sns/boundedGet.ts'
import { CachedKeys } from '../ingest/sns/certificates/cachedKeys.ts'
import { FolderSource } from '../ingest/sns/certificates/folderSource.ts'
import { HttpsSource } from '../ingest/sns/certificates/httpsSource.ts'
import { awsConfirmationApi, type ConfirmationApiFactory } from '../ingest/sns/confirmation/byApi.ts'
import { type ConfirmSubscription, createConfirm } from '../ingest/sns/confirmation/confirm.ts'
import { SnsVerifier } from '../ingest/sns/verifier.ts'
import type { Verifier } from '../ingest/sns/verdict.ts'
import { awsQueues } from '../ingest/sqs/awsQueue.ts'
import type { OpenQueue } from '../ingest/sqs/queue.ts'

/** The ways in which anything goes out to SNS and SQS. Tests put a double in their place. */
export interface SnsReach {
  /** Certificates, and confirmations by their link. */
  readonly get: BoundedGet
  /** Confirmations with AWS's credentials. */
  readonly api: ConfirmationApiFactory
  readonly queues: OpenQueue
}

export interface SnsParts {
  readonly verifier: Verifier
  readonly confirm: ConfirmSubscription
  readonly openQueue: OpenQueue
  /** Ends the connections to SNS. */
  readonly close: () => Promise<void>
}

/** What speaks with SNS and SQS: certificates from SNS's hosts, or from a folder where one is configured; confirmations; queues. */
export function snsParts(certificatesFolder: string | null, clock: Clock, reach: Partial<SnsReach> = {}): SnsParts {
  const dispatcher = createGetDispatcher()
  const { get = createBoundedGet(dispatcher), api = awsConfirmationApi(), queues = awsQueues() } = reach
  const source = certificatesFolder === null ? new HttpsSource(get) : new FolderSource(certificatesFolder)
  return {
    verifier: new SnsVerifier(new CachedKeys(source, clock)),
    confirm: createConfirm({ get, api }),
    openQueue: queues,
    // Whatever still waits for an answer was given up.
    close: async () => dispatcher.destroy(),
  }
}

import type { Clock } from '../clock.ts'
import { createBoundedGet, createGetDispatcher } from '../ingest/sns/boundedGet.ts'
import { CachedKeys } from '../ingest/sns/certificates/cachedKeys.ts'
import { FolderSource } from '../ingest/sns/certificates/folderSource.ts'
import { HttpsSource } from '../ingest/sns/certificates/httpsSource.ts'
import { awsConfirmationApi } from '../ingest/sns/confirmation/byApi.ts'
import { type ConfirmSubscription, createConfirm } from '../ingest/sns/confirmation/confirm.ts'
import { SnsVerifier } from '../ingest/sns/verifier.ts'
import type { Verifier } from '../ingest/sns/verdict.ts'

export interface SnsParts {
  readonly verifier: Verifier
  readonly confirm: ConfirmSubscription
  /** Ends the connections to SNS. */
  readonly close: () => Promise<void>
}

/** What speaks with SNS: certificates from its hosts, or from a folder where one is configured; confirmations. */
export function snsParts(certificatesFolder: string | null, clock: Clock): SnsParts {
  const dispatcher = createGetDispatcher()
  const get = createBoundedGet(dispatcher)
  const source = certificatesFolder === null ? new HttpsSource(get) : new FolderSource(certificatesFolder)
  return {
    verifier: new SnsVerifier(new CachedKeys(source, clock)),
    confirm: createConfirm({ get, api: awsConfirmationApi() }),
    close: async () => await dispatcher.close(),
  }
}

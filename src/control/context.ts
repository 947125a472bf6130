import type { Alarm } from '../alarms/alarm.ts'
import type { ChannelTest } from '../alarms/alarms.ts'
import type { Clock } from '../clock.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'
import type { ContactStore } from '../civicrm/builtin/contactStore.ts'
import type { SiteTestReport } from '../civicrm/remote/siteTest.ts'
import type { AllowOutcome } from '../ingest/confirmations.ts'
import type { RefusalSummary } from '../ingest/refusals.ts'

/** All that operations work on; composed by the gateway, or by a command where no gateway runs. */
export interface OperationContext {
  readonly clock: Clock
  readonly settings: Settings
  readonly inbox: Inbox
  readonly ledger: Ledger
  /** The built-in contact store of one site. */
  readonly contacts: (site: string) => ContactStore
  readonly testSite: (site: Site) => Promise<SiteTestReport>
  /** Verifies and confirms what waits for this topic. */
  readonly allowTopic: (topicArn: string, site: string) => Promise<readonly AllowOutcome[]>
  readonly alarms: {
    /** Active ones first, then recent ones. */
    readonly list: () => Promise<readonly Alarm[]>
    /** Sends a test through every channel. */
    readonly test: () => Promise<readonly ChannelTest[]>
  }
  /** Only the running gateway has seen refusals; null elsewhere. */
  readonly refusals: (() => RefusalSummary) | null
}

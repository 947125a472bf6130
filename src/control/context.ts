import type { Alarm } from '../alarms/alarm.ts'
import type { ChannelTest } from '../alarms/alarms.ts'
import type { Clock } from '../clock.ts'
import type { ChannelDigest } from '../alarms/channelDigest.ts'
import type { Inbox, StoredNotification } from '../inbox/inbox.ts'
import type { History } from '../ledger/history.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Retention } from '../retention/retention.ts'
import type { PersonStore } from '../persons/personStore.ts'
import type { AddressKey } from '../settings/addressKey.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'
import type { ContactStore } from '../civicrm/builtin/contactStore.ts'
import type { Crm } from '../civicrm/crm.ts'
import type { SiteTestReport } from '../civicrm/remote/siteTest.ts'
import type { Acceptor } from '../ingest/accept.ts'
import type { AllowOutcome } from '../ingest/confirmations.ts'
import type { RefusalSummary } from '../ingest/refusals.ts'
import type { LaneStanding } from './laneStanding.ts'
import type { Health } from '../ops/health.ts'
import type { ReleaseStore } from '../releases/releaseStore.ts'
import type { Removals } from '../suppression/removals.ts'
import type { Remover } from '../suppression/remover.ts'
import type { Timers } from '../timers.ts'
import type { UndoStore } from '../undo/undoStore.ts'
import type { DrainAsker, Drained, DrainRequest } from '../ingest/sqs/drain.ts'
import type { OpenQueue } from '../ingest/sqs/queue.ts'
import type { QueueStanding } from '../ingest/sqs/standing.ts'
import type { RefusedMessages } from '../refused/refusedMessages.ts'

/** All that operations work on; composed by the gateway, or by a command where no gateway runs. */
export interface OperationContext {
  readonly clock: Clock
  readonly timers: Timers
  readonly settings: Settings
  readonly inbox: Inbox
  readonly ledger: Ledger
  readonly history: History
  readonly undos: UndoStore
  readonly removals: Removals
  readonly remover: Pick<Remover, 'clear' | 'goesOn' | 'wake'>
  readonly releases: ReleaseStore
  /** @returns how many are news. @throws CrmError */
  readonly lookForReleases: (site: Site, signal: AbortSignal) => Promise<number>
  /** For a person, beside whoever records: with a connection of its own, to be closed. */
  readonly connect: (site: Site) => Crm
  /** The built-in contact store of one site. */
  readonly contacts: (site: string) => ContactStore
  /** The site that a stored notification would go to if it came now; '' where none claims it. */
  readonly laneFor: (notification: Pick<StoredNotification, 'raw' | 'topicArn' | 'addressed'>) => string
  readonly testSite: (site: Site) => Promise<SiteTestReport>
  /** Verifies and confirms what waits for this topic. */
  readonly allowTopic: (topicArn: string, site: string) => Promise<readonly AllowOutcome[]>
  readonly alarms: {
    /** Active ones first, then recent ones. */
    readonly list: () => Promise<readonly Alarm[]>
    /** Those that a test goes through. */
    readonly channels: () => readonly ChannelDigest[]
    /** Sends a test through every channel. */
    readonly test: () => Promise<readonly ChannelTest[]>
  }
  readonly persons: PersonStore
  readonly addressKey: Pick<AddressKey, 'known' | 'make'>
  readonly retention: Pick<Retention, 'report' | 'step'>
  /** Lanes that this process works on; null where no gateway runs. */
  readonly lanes: (() => readonly LaneStanding[]) | null
  /** Takes a message as if it had just come. */
  readonly acceptor: Pick<Acceptor, 'accept'>
  readonly queues: {
    readonly open: OpenQueue
    /** Takes all that a queue holds. */
    readonly drain: (request: DrainRequest, asker: DrainAsker) => Promise<Drained>
    /** Those that a gateway reads; null where none runs. */
    readonly standings: (() => readonly QueueStanding[]) | null
  }
  /** Messages of queues that were refused for good. */
  readonly refused: RefusedMessages
  /** Ends the pauses of a site; false where another instance works on it; null where no gateway runs. */
  readonly resumeSite: ((site: string) => boolean) | null
  /** As a load balancer is told of it; null where no gateway runs. Never rejects. */
  readonly health: (() => Promise<Health>) | null
  /** Only the running gateway has seen refusals; null elsewhere. */
  readonly refusals: (() => RefusalSummary) | null
}

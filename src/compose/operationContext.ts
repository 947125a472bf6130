import type { Clock } from '../clock.ts'
import type { ContactStore } from '../civicrm/builtin/contactStore.ts'
import { testSite } from '../civicrm/remote/siteTest.ts'
import type { OperationContext } from '../control/context.ts'
import type { ConfirmationLoop } from '../ingest/confirmations.ts'
import type { RefusalSummary } from '../ingest/refusals.ts'
import type { Remover } from '../suppression/remover.ts'
import type { ReleaseWatcher } from '../releases/releaseWatcher.ts'
import type { Timers } from '../timers.ts'
import { connectSite, credentialOf } from './connectSite.ts'
import { laneFor } from './laneFor.ts'
import type { Acceptor } from '../ingest/accept.ts'
import type { Store } from './store.ts'

export interface OperationParts {
  readonly store: Store
  readonly confirmations: Pick<ConfirmationLoop, 'allow'>
  readonly remover: Pick<Remover, 'clear' | 'goesOn' | 'wake'>
  readonly releaseWatcher: Pick<ReleaseWatcher, 'look'>
  readonly acceptor: Pick<Acceptor, 'accept'>
  readonly queues: OperationContext['queues']
  readonly clock: Clock
  readonly timers: Timers
  readonly alarms: OperationContext['alarms']
  readonly retention: OperationContext['retention']
  /** null where no gateway runs. */
  readonly lanes: OperationContext['lanes']
  readonly resumeSite: OperationContext['resumeSite']
  /** null where no gateway runs. */
  readonly health: OperationContext['health']
  readonly refusals: (() => RefusalSummary) | null
}

/** What operations work on, the same in the running gateway and in a command without one. */
export function operationContext(parts: OperationParts): OperationContext {
  const {
    store,
    confirmations,
    remover,
    releaseWatcher,
    acceptor,
    queues,
    clock,
    timers,
    alarms,
    retention,
    lanes,
    resumeSite,
    health,
    refusals,
  } = parts
  const { settings, inbox, ledger, refused, history, undos, removals, releases, persons, addressKey } = store
  return {
    clock,
    timers,
    settings,
    inbox,
    ledger,
    history,
    undos,
    removals,
    remover,
    releases,
    lookForReleases: async (site, signal) => releaseWatcher.look(site, signal),
    connect: connectSite(settings, (site) => store.builtinCrm(site, null), clock),
    contacts: (site): ContactStore => store.contacts(site),
    laneFor: laneFor(settings),
    testSite: async (site) => testSite({ site, credential: credentialOf(settings, site.id), clock }),
    allowTopic: async (topicArn, site) => confirmations.allow(topicArn, site),
    acceptor,
    queues,
    refused,
    alarms,
    persons,
    addressKey,
    retention,
    lanes,
    resumeSite,
    health,
    refusals,
  }
}

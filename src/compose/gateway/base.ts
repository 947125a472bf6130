import { type Clock, type Random, systemClock } from '../../clock.ts'
import type { Config } from '../../config/schema.ts'
import { Emitter } from '../../emitter.ts'
import type { IngestEvents } from '../../ingest/events.ts'
import type { Inbox } from '../../inbox/inbox.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { createLog, type Log } from '../../ops/log.ts'
import type { RecorderEvents } from '../../recorder/events.ts'
import { systemTimers, type Timers } from '../../timers.ts'
import { openGatewayStore } from '../openStore.ts'
import type { Store } from '../store.ts'
import { storeOptions } from '../storeOptions.ts'
import { type Tampering, untouched } from '../tampering.ts'
import type { GatewayOptions } from './options.ts'
import { requireCertificates } from './requireCertificates.ts'

export interface GatewayEvents {
  readonly ingest: Emitter<IngestEvents>
  readonly recorder: Emitter<RecorderEvents>
}

/** What every other part stands on. */
export interface Base {
  readonly config: Config
  readonly log: Log
  readonly store: Store
  /** Of the store, as all work on them. */
  readonly inbox: Inbox
  readonly ledger: Ledger
  /** On which all instances agree. */
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly events: GatewayEvents
  readonly tamper: Tampering
}

/** @throws GatewayError CONFIG_INVALID, STORAGE_…, SECRET_KEY_… */
export async function openBase(options: GatewayOptions): Promise<Base> {
  const { config, logDestination, tampering, synchronous = 'FULL' } = options
  requireCertificates(config.certificatesFolder)
  const log = createLog({
    level: config.logLevel,
    ...(logDestination === undefined ? {} : { destination: logDestination }),
  })
  const store = await openGatewayStore({ ...storeOptions(config), clock: systemClock, synchronous })
  const tamper: Tampering = { ...untouched, ...tampering }
  const onFault = (error: unknown): void => log.error({ error }, 'a listener failed')
  return {
    config,
    log,
    store,
    inbox: tamper.inbox(store.inbox),
    ledger: tamper.ledger(store.ledger),
    clock: store.clock,
    timers: systemTimers,
    random: Math.random,
    events: { ingest: new Emitter<IngestEvents>(onFault), recorder: new Emitter<RecorderEvents>(onFault) },
    tamper,
  }
}

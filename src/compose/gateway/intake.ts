import { systemClock } from '../../clock.ts'
import { Acceptor } from '../../ingest/accept.ts'
import { ConfirmationLoop } from '../../ingest/confirmations.ts'
import { Refusals } from '../../ingest/refusals.ts'
import { QueueConsumers } from '../../ingest/sqs/consumers.ts'
import { chooseLane } from '../chooseLane.ts'
import { acceptThrough } from '../seam.ts'
import { type SnsParts, snsParts } from '../snsParts.ts'
import type { Base } from './base.ts'
import type { GatewayOptions } from './options.ts'
import type { Standing } from './standing.ts'

/** All by which notifications come in, but the webhook itself. */
export interface Intake {
  readonly sns: SnsParts
  readonly confirmations: ConfirmationLoop
  readonly acceptor: Acceptor
  readonly queues: QueueConsumers
  readonly refusals: Refusals
  /** Why nothing is taken on at the moment; null: it is. */
  readonly closedFor: () => 'GATEWAY_DISK_LOW' | null
}

export function composeIntake(
  { config, store, inbox, clock, timers, random, events: { ingest: events } }: Base,
  { disk, instance: { leases } }: Standing,
  { seam, consumerLimits = {}, snsReach = {} }: GatewayOptions,
): Intake {
  const { settings } = store
  const sns = snsParts(config.certificatesFolder, systemClock, snsReach)
  const { verifier } = sns
  const refusals = new Refusals()
  refusals.listen(events)
  const confirmations = new ConfirmationLoop({
    settings,
    leases,
    verifier,
    confirm: sns.confirm,
    clock,
    timers,
    random,
    events,
  })
  const acceptor = new Acceptor({
    inbox: acceptThrough(inbox, seam),
    settings,
    verifier,
    chooseSite: chooseLane(settings),
    clock,
    events,
    onConfirmationDue: () => confirmations.wake(),
  })
  const closedFor = (): 'GATEWAY_DISK_LOW' | null => (disk.low ? 'GATEWAY_DISK_LOW' : null)
  const queues = new QueueConsumers({
    settings,
    open: sns.openQueue,
    acceptor,
    refused: store.refused,
    closedFor,
    clock,
    timers,
    random,
    events,
    limits: consumerLimits,
  })
  return { sns, confirmations, acceptor, queues, refusals, closedFor }
}

import type { ReleaseWatcher } from '../../releases/releaseWatcher.ts'
import type { Retention } from '../../retention/retention.ts'
import { RetentionLoop } from '../../retention/retentionLoop.ts'
import type { Remover } from '../../suppression/remover.ts'
import { logReleases, releaseWatcherOf } from '../releaseWatcherOf.ts'
import { removerOf } from '../removerOf.ts'
import { composeRetention } from '../retention.ts'
import type { Watching } from '../watch.ts'
import type { Base } from './base.ts'
import type { GatewayOptions } from './options.ts'
import type { Standing } from './standing.ts'

/** What goes on beside the way of a notification, once for all instances. */
export interface Upkeep {
  readonly remover: Remover
  readonly releaseWatcher: ReleaseWatcher
  readonly retention: Retention
  readonly retentionLoop: RetentionLoop
}

export function composeUpkeep(
  { config, store, log, timers, random }: Base,
  { instance: { leases }, leads }: Standing,
  { onRemoved }: Pick<Watching, 'onRemoved'>,
  { suppressionLists, retentionPace = {} }: GatewayOptions,
): Upkeep {
  const remover = removerOf(
    {
      store,
      leases,
      timers,
      onFault: (error) => log.warn({ error }, 'the SES suppression list was left alone for now'),
      onRefused: (error) =>
        log.warn({ error }, 'AWS lets nothing be removed from the SES suppression list: give the gateway credentials'),
    },
    suppressionLists,
  )
  const retention = composeRetention(config, store, onRemoved)
  return {
    remover,
    releaseWatcher: releaseWatcherOf({ store, remover, leases, timers, random, told: logReleases(log) }),
    retention,
    retentionLoop: new RetentionLoop({
      retention,
      timers,
      leads,
      onFault: (error) => log.warn({ error }, 'what is too old could not be removed; trying again'),
      pace: retentionPace,
    }),
  }
}

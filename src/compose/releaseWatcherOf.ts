import type { Random } from '../clock.ts'
import type { HeldLeases } from '../leases/heldLeases.ts'
import type { Log } from '../ops/log.ts'
import { type ReleaseNews, ReleaseWatcher } from '../releases/releaseWatcher.ts'
import type { Remover } from '../suppression/remover.ts'
import type { Timers } from '../timers.ts'
import { connectSite } from './connectSite.ts'
import type { Store } from './store.ts'

export interface ReleaseSurroundings {
  readonly store: Store
  readonly remover: Pick<Remover, 'wake'>
  readonly leases: Pick<HeldLeases, 'standing' | 'onChange'>
  readonly timers: Timers
  readonly random: Random
  readonly told: ReleaseNews
}

/** What looks for the releases of staff, with connections of its own: recording does not wait for it. */
export function releaseWatcherOf({ store, ...surroundings }: ReleaseSurroundings): ReleaseWatcher {
  const { releases, removals, settings, clock } = store
  const connect = connectSite(settings, (site) => store.builtinCrm(site, null), clock)
  return new ReleaseWatcher({ ...surroundings, releases, removals, settings, clock, connect })
}

export function logReleases(log: Log): ReleaseNews {
  return {
    found: (site, count) => log.info({ site, count }, 'addresses were taken off hold in CiviCRM'),
    trouble: (site, { kind }) => log.info({ site, kind }, 'the site was not to be asked for released addresses'),
    fault: (error) => log.warn({ error }, 'released addresses were not looked for'),
  }
}

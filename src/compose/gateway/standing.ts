import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { systemClock } from '../../clock.ts'
import { DiskWatch, freeBytes } from '../../ops/disk.ts'
import { StorageWatch } from '../../ops/storageWatch.ts'
import { leaderLease } from '../../leases/leases.ts'
import { HomeWatch } from '../homeWatch.ts'
import { type Instance, instanceOn } from '../instance.ts'
import type { Base } from './base.ts'
import type { GatewayOptions } from './options.ts'

/** Whether work may be done here and now: room on the disk, a store that takes writes, leases, and a home that stays. */
export interface Standing {
  readonly disk: DiskWatch
  readonly storage: StorageWatch
  readonly instance: Instance
  readonly home: HomeWatch
  /** Whether what is done once for all instances is this one's to do. */
  readonly leads: () => boolean
}

const mebibyte = 1024 * 1024

export function composeStanding(
  { config, log, store, clock, timers, events }: Base,
  { leaseLimits = {} }: GatewayOptions,
): Standing {
  const instance = instanceOn(store, {
    owner: ownName(),
    clock: systemClock,
    timers,
    limits: leaseLimits,
    onFault: (error) => log.warn({ error }, 'this instance could not tell the others that it lives'),
  })
  return {
    instance,
    leads: () => instance.leases.standing(leaderLease) === 'held',
    disk: new DiskWatch({
      free: async () => freeBytes(config.dataFolder),
      timers,
      // What is on another machine fills no disk here.
      minimumBytes: config.databaseUrl === null ? config.minimumFreeMiB * mebibyte : 0,
    }),
    storage: new StorageWatch({ ...events, tryWriting: store.tryWriting, timers }),
    home: new HomeWatch({
      notes: store.notes,
      clock,
      timers,
      onFault: (error) => log.warn({ error }, 'it could not be seen whether the installation is about to move'),
    }),
  }
}

/** Unlike that of any other run on any machine, and one that a person can find. */
function ownName(): string {
  return `${hostname()}-${process.pid}-${randomBytes(6).toString('hex')}`
}

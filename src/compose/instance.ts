import type { Clock } from '../clock.ts'
import { type HeldLeases, soleInstance } from '../leases/heldLeases.ts'
import { defaultLeaseLimits, LeaseKeeper, type LeaseLimits } from '../leases/leaseKeeper.ts'
import type { Timers } from '../timers.ts'
import type { Store } from './store.ts'

/** This process among all that work on the same store. */
export interface Instance {
  readonly leases: HeldLeases
  readonly start: () => Promise<void>
  /** After the work under the leases has ended. */
  readonly stop: () => Promise<void>
}

export interface InstanceParts {
  readonly owner: string
  /** Of this machine: it measures only how long ago something was. */
  readonly clock: Clock
  readonly timers: Timers
  readonly limits: Partial<LeaseLimits>
  readonly onFault: (error: unknown) => void
}

/** One that takes its share where the store is shared, and everything where it is not. */
export function instanceOn({ leases }: Pick<Store, 'leases'>, { owner, limits, ...parts }: InstanceParts): Instance {
  if (leases === null) return { leases: soleInstance(owner), start: async () => undefined, stop: async () => undefined }
  const keeper = new LeaseKeeper({ ...parts, leases, owner, limits: { ...defaultLeaseLimits, ...limits } })
  return { leases: keeper, start: async () => keeper.start(), stop: async () => keeper.stop() }
}

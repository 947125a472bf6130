import type { Store } from '../../../src/compose/store.ts'
import type { Job } from '../job.ts'
import type { OutsideView } from './outsideView.ts'

export const engineNames = ['sqlite', 'postgres'] as const
export type EngineName = (typeof engineNames)[number]

/**
 * - `postgres killed`: stopped as by a crash, so that it has to recover from its log
 * - `postgres stopped`: shut down as for an upgrade, which breaks its connections
 */
export const engineFaultNames = ['postgres killed', 'postgres stopped'] as const
export type EngineFault = (typeof engineFaultNames)[number]

/** Where the gateways of a run store, from outside. */
export interface Engine {
  /** That part of the configuration of a gateway which says where it stores, by the number of the instance. */
  config(instance: number): Pick<Job['config'], 'dataFolder' | 'databaseUrl' | 'keyFile'>
  /** The gateway's own way in, while none runs: for seeding. */
  open(): Promise<Store>
  readonly view: OutsideView
  /** What may happen to the database's server; nothing where it lives in the gateway. */
  readonly faults: readonly EngineFault[]
  /** Strikes, and repairs it after so long. */
  fault(name: EngineFault, downMs: number): Promise<void>
  /** Ends what it has started. */
  close(): Promise<void>
}

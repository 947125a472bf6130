import type { Clock } from '../clock.ts'
import type { Timers } from '../timers.ts'
import { type Health, type HealthFacts, healthOf } from './health.ts'

export interface HealthProbeParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly stopping: () => boolean
  /** Begins and ends a writing transaction; rejects where that is not possible. */
  readonly tryWriting: () => Promise<void>
  readonly disk: { readonly low: boolean; readonly freeBytes: number | null }
  readonly backlog: () => Promise<HealthFacts['backlog']>
  readonly openBreakers: () => number
  readonly failingQueues: () => number
  readonly alarms: () => number
}

/** A database that takes longer cannot answer SNS in time either. */
const patience = 5000

/** Whoever asks more often gets the same answer: asking must not be a load. */
const freshness = 1000

/** Gathers the facts and has them judged, one probe at a time. */
export class HealthProbe {
  readonly #parts: HealthProbeParts
  #last: { readonly at: number; readonly health: Health } | null = null
  #underWay: Promise<Health> | null = null

  constructor(parts: HealthProbeParts) {
    this.#parts = parts
  }

  /** Never rejects. */
  async health(): Promise<Health> {
    const now = this.#parts.clock.now()
    const last = this.#last
    // Stopping is told at once: a load balancer shall look elsewhere.
    if (last !== null && now >= last.at && now < last.at + freshness && !this.#parts.stopping()) return last.health
    this.#underWay ??= this.#probe().finally(() => {
      this.#underWay = null
    })
    return this.#underWay
  }

  async #probe(): Promise<Health> {
    const { clock, stopping, disk, openBreakers, failingQueues, alarms } = this.#parts
    const databaseWritable = await this.#canWrite()
    const health = healthOf({
      now: clock.now(),
      stopping: stopping(),
      databaseWritable,
      diskLow: disk.low,
      freeBytes: disk.freeBytes,
      backlog: databaseWritable ? await this.#backlog() : [],
      openBreakers: openBreakers(),
      failingQueues: failingQueues(),
      alarms: alarms(),
    })
    this.#last = { at: clock.now(), health }
    return health
  }

  async #canWrite(): Promise<boolean> {
    const tooLong = Promise.withResolvers<boolean>()
    const cancel = this.#parts.timers.after(patience, () => tooLong.resolve(false))
    const tried = this.#parts.tryWriting().then(
      () => true,
      () => false,
    )
    return Promise.race([tried, tooLong.promise]).finally(cancel)
  }

  /** What cannot be read now is no reason to be unready: the writing has just succeeded. */
  async #backlog(): Promise<HealthFacts['backlog']> {
    try {
      return await this.#parts.backlog()
    } catch {
      return []
    }
  }
}

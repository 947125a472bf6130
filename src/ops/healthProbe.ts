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
  /** Of a database that hangs it is not asked a second time beside the first. */
  #reading: Promise<HealthFacts['backlog']> | null = null

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
    // Where the disk is full, what waits can be read all the same, and is asked for then.
    const [databaseWritable, backlog] = await Promise.all([this.#canWrite(), this.#backlog()])
    const health = healthOf({
      now: clock.now(),
      stopping: stopping(),
      databaseWritable,
      diskLow: disk.low,
      freeBytes: disk.freeBytes,
      backlog,
      openBreakers: openBreakers(),
      failingQueues: failingQueues(),
      alarms: alarms(),
    })
    this.#last = { at: clock.now(), health }
    return health
  }

  async #canWrite(): Promise<boolean> {
    const tried = this.#parts.tryWriting().then(
      () => true,
      () => false,
    )
    return this.#inTime(tried, false)
  }

  async #backlog(): Promise<HealthFacts['backlog']> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#inTime(this.#reading, null)
  }

  /** What cannot be read now is no reason to be unready, as long as it can be written. */
  async #read(): Promise<HealthFacts['backlog']> {
    try {
      return await this.#parts.backlog()
    } catch {
      return null
    }
  }

  async #inTime<Value>(work: Promise<Value>, otherwise: Value): Promise<Value> {
    const tooLong = Promise.withResolvers<Value>()
    const cancel = this.#parts.timers.after(patience, () => tooLong.resolve(otherwise))
    return Promise.race([work, tooLong.promise]).finally(cancel)
  }
}

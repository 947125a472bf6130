import type { QueueSettings } from '../../settings/queue.ts'
import type { Settings } from '../../settings/settings.ts'
import { type ConsumerParts, QueueConsumer } from './consumer.ts'
import { type ConsumerLimits, defaultConsumerLimits } from './schedule.ts'
import { firstStanding, type QueueStanding } from './standing.ts'

export interface ConsumersParts extends Omit<ConsumerParts, 'limits'> {
  readonly settings: Pick<Settings, 'queues' | 'site' | 'onChange'>
  readonly limits?: Partial<ConsumerLimits>
}

/** For a queue that was taken off, or given to another site: what is in work is ended before. */
const settleMs = 20_000

interface Reading {
  readonly settings: QueueSettings
  /** null: its site is not there, so that all its messages would be refused for good. */
  readonly consumer: QueueConsumer | null
  readonly standing: () => QueueStanding
}

/** A consumer for each queue that is configured, following the settings without a restart. */
export class QueueConsumers {
  readonly #parts: ConsumersParts
  readonly #reading = new Map<string, Reading>()
  readonly #settling = new Map<string, { readonly consumer: QueueConsumer | null; readonly ended: Promise<void> }>()
  #state: 'idle' | 'started' | 'stopped' = 'idle'
  #endListening: () => void = () => undefined

  constructor(parts: ConsumersParts) {
    this.#parts = parts
  }

  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'started'
    this.#endListening = this.#parts.settings.onChange(() => this.#follow())
    this.#follow()
  }

  /** Receives nothing more; what is in work is ended, at most for so long. */
  async stop(deadlineMs: number): Promise<void> {
    this.#state = 'stopped'
    this.#endListening()
    for (const arn of this.#reading.keys()) this.#end(arn, deadlineMs)
    // Those that were taken off before had more time, which is over with everybody's.
    const settling = [...this.#settling.values()]
    await Promise.all(settling.map(async ({ consumer }) => consumer?.stop(deadlineMs)))
    await Promise.all(settling.map(async ({ ended }) => ended))
  }

  standings(): readonly QueueStanding[] {
    return [...this.#reading.values()]
      .map(({ standing }) => standing())
      .toSorted((one, other) => (one.arn < other.arn ? -1 : 1))
  }

  /** Where queues or sites cannot be read, what is read goes on. */
  #follow(): void {
    if (this.#state !== 'started') return
    try {
      this.#followSettings(this.#parts.settings.queues())
    } catch (error: unknown) {
      this.#parts.events.emit('fault', { where: 'reading which queues there are', error })
    }
  }

  #followSettings(wanted: readonly QueueSettings[]): void {
    for (const [arn, { settings, consumer }] of this.#reading) {
      const now = wanted.find((queue) => queue.arn === arn)
      const isSame = now !== undefined && now.site === settings.site && this.#hasSite(now) === (consumer !== null)
      if (!isSame) this.#end(arn, settleMs)
    }
    for (const queue of wanted) if (!this.#reading.has(queue.arn) && !this.#settling.has(queue.arn)) this.#begin(queue)
  }

  #begin(settings: QueueSettings): void {
    const { limits, clock, events } = this.#parts
    if (!this.#hasSite(settings)) {
      const error = `its site "${settings.site ?? ''}" is not there; nothing is read`
      const standing: QueueStanding = { ...firstStanding(settings, clock.now()), state: 'failing', error }
      this.#reading.set(settings.arn, { settings, consumer: null, standing: () => standing })
      events.emit('queueTrouble', { queue: settings.arn, reason: error })
      return
    }
    const consumer = new QueueConsumer(settings, { ...this.#parts, limits: { ...defaultConsumerLimits, ...limits } })
    this.#reading.set(settings.arn, { settings, consumer, standing: () => consumer.standing })
    consumer.start()
  }

  #end(arn: string, deadlineMs: number): void {
    const reading = this.#reading.get(arn)
    if (reading === undefined) return
    this.#reading.delete(arn)
    const { consumer } = reading
    const ended = (async (): Promise<void> => {
      await consumer?.stop(deadlineMs)
      this.#settling.delete(arn)
      // It may have been put back meanwhile, for another site.
      this.#follow()
    })()
    this.#settling.set(arn, { consumer, ended })
  }

  #hasSite({ site }: QueueSettings): boolean {
    return site === null || this.#parts.settings.site(site) !== null
  }
}

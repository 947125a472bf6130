import type { Clock, Random } from '../../clock.ts'
import type { Emitter } from '../../emitter.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import type { RefusedMessages } from '../../refused/refusedMessages.ts'
import type { QueueSettings } from '../../settings/queue.ts'
import { parseQueueArn } from '../../settings/queueArn.ts'
import { pause, type Timers, untilAborted } from '../../timers.ts'
import type { Acceptor } from '../accept.ts'
import type { IngestEvents } from '../events.ts'
import { acceptFrom } from './acceptFrom.ts'
import { type BatchOutcome, type Refused, type RefusedEnd, workOff } from './batch.ts'
import { faultText } from './faultText.ts'
import type { OpenQueue, Queue, QueueMessage } from './queue.ts'
import { type ConsumerLimits, pauseAfter, refusedHiddenSeconds, unkeptHiddenSeconds } from './schedule.ts'
import { firstStanding, type QueueStanding } from './standing.ts'

export interface ConsumerParts {
  readonly open: OpenQueue
  readonly acceptor: Pick<Acceptor, 'accept'>
  readonly refused: Pick<RefusedMessages, 'keep'>
  /** Why nothing is taken on at this moment; null: welcome. */
  readonly closedFor: () => ErrorCode | null
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly events: Emitter<IngestEvents>
  readonly limits: ConsumerLimits
}

/**
 * Reads one queue until it is stopped. Any number of instances may do so at once.
 * ```
 *  ┌─> open for more? ──> fewer batches in work than may be? ──> receive ──> batch (works on by itself) ─┐
 *  │    no: look again      no: until one has ended                │                                     │
 *  └──────── pause: longer with each failure in a row <────────────┴─────────────────────────────────────┘
 * ```
 * A failure is a call to SQS that fails, and a batch that left or could not delete something: while the database is
 * down, one batch at a time tries it, and SQS is not made to count a receipt of every message that waits.
 */
export class QueueConsumer {
  readonly #settings: QueueSettings
  readonly #parts: ConsumerParts
  readonly #stop = new AbortController()
  readonly #inWork = new Set<Promise<void>>()
  /** What is in work is waited for no longer. */
  readonly #late = Promise.withResolvers<void>()
  #running: Promise<void> | null = null
  #ending: Promise<void> | null = null
  #queue: Queue | null = null
  /** A call failed. A new client looks for credentials anew, so that what a person repaired is found without a restart. */
  #stale = false
  #factsAt: number | null = null
  /** In a row. An empty answer says nothing of the database, and a full one nothing of what can be stored. */
  readonly #failures = { calls: 0, batches: 0 }
  /** Until the next call to SQS, milliseconds. */
  #owedPause = 0
  /** By the process's own time: until then messages that could not be deleted come again, and show whether they can be now. */
  #undeletedUntil = 0
  #standing: QueueStanding

  constructor(settings: QueueSettings, parts: ConsumerParts) {
    this.#settings = settings
    this.#parts = parts
    this.#standing = firstStanding(settings, parts.clock.now())
  }

  get standing(): QueueStanding {
    return this.#standing
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /**
   * Receives nothing more and waits for what is in work, at most so long. What is not ended then is still in the
   * queue and comes again. Asked again it waits no longer than either allows.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#stop.abort()
    const cancel = this.#parts.timers.after(deadlineMs, this.#late.resolve)
    this.#ending ??= this.#end()
    await this.#ending
    cancel()
  }

  async #end(): Promise<void> {
    await this.#running
    await Promise.race([Promise.all(this.#inWork), this.#late.promise])
    this.#close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await this.#round()
      } catch (error: unknown) {
        // A call that was broken off to stop is none that failed.
        if (!signal.aborted) this.#fail('calls', faultText(error))
      }
      const pauseMs = this.#owedPause
      this.#owedPause = 0
      if (pauseMs > 0) await this.#pause(pauseMs)
    }
  }

  async #round(): Promise<void> {
    const { closedFor, limits } = this.#parts
    if (closedFor() !== null) {
      this.#stand({ state: 'closed', error: null })
      await this.#pause(limits.closedMs)
      return
    }
    const most = this.#failures.batches > 0 ? 1 : limits.batchesInWork
    if (this.#inWork.size >= most) {
      await untilAborted(this.#stop.signal, ...this.#inWork)
      return
    }
    if (this.#stale && this.#inWork.size === 0) this.#close()
    const queue = (this.#queue ??= await this.#open())
    await this.#lookAtFacts(queue)
    const { pollSeconds, hiddenSeconds } = limits
    // Whether the queue can be read shall be known at once, not only after a long poll.
    const waitSeconds = this.#standing.state === 'reading' ? pollSeconds : 0
    const messages = await queue.receive({ waitSeconds, hiddenSeconds, signal: this.#stop.signal })
    this.#succeed(messages)
    if (messages.length > 0) this.#begin(queue, messages)
  }

  async #open(): Promise<Queue> {
    const arn = parseQueueArn(this.#settings.arn)
    if (arn === null) throw new Error('no ARN of a standard queue')
    return this.#parts.open(arn, this.#stop.signal)
  }

  /** Whether there is a dead-letter queue decides where refused messages go; not to know it is no failure. */
  async #lookAtFacts(queue: Queue): Promise<void> {
    const { timers, limits } = this.#parts
    const now = timers.elapsed()
    if (this.#factsAt !== null && now - this.#factsAt < limits.factsMs) return
    this.#factsAt = now
    const unknown = { waiting: null, deadLetterQueue: null }
    const { waiting, deadLetterQueue } = await queue.facts(this.#stop.signal).catch(() => unknown)
    this.#standing = { ...this.#standing, waiting, deadLetterQueue }
  }

  #begin(queue: Queue, messages: readonly QueueMessage[]): void {
    const { acceptor, timers, random, limits } = this.#parts
    const work = async (): Promise<void> => {
      const outcome = await workOff(
        {
          queue,
          accept: acceptFrom(this.#settings, acceptor),
          onRefused: async (message, refused) => this.#onRefused(message, refused),
          hiddenSeconds: limits.hiddenSeconds,
          timers,
          random,
        },
        messages,
      )
      this.#inWork.delete(batch)
      this.#count(outcome)
    }
    const batch = work()
    this.#inWork.add(batch)
  }

  async #onRefused({ id, body }: QueueMessage, { code, reason }: Refused): Promise<RefusedEnd> {
    if (this.#standing.deadLetterQueue !== null) return { hiddenSeconds: refusedHiddenSeconds }
    const { refused, clock, events } = this.#parts
    const { arn, site } = this.#settings
    const outcome = await refused.keep({
      queue: arn,
      messageId: id,
      addressed: site ?? '',
      refusedAt: clock.now(),
      code,
      reason,
      body: Buffer.from(body),
    })
    events.emit('queueRefused', { queue: arn, code, outcome })
    return outcome === 'kept' ? 'delete' : { hiddenSeconds: unkeptHiddenSeconds }
  }

  #count({ received, deleted, refused, left, undeleted, fault }: BatchOutcome): void {
    const standing = this.#standing
    this.#standing = {
      ...standing,
      received: standing.received + received,
      deleted: standing.deleted + deleted,
      refused: standing.refused + refused,
      left: standing.left + left,
    }
    this.#parts.events.emit('queueWorked', { queue: this.#settings.arn, received, deleted, refused, left })
    if (fault !== null) {
      const { timers, limits } = this.#parts
      this.#undeletedUntil = timers.elapsed() + 2 * limits.hiddenSeconds * 1000
      this.#fail('batches', `${undeleted} messages could not be deleted: ${fault}`)
      return
    }
    if (deleted > 0) this.#undeletedUntil = 0
    if (left > 0) this.#slowDown('batches')
    else this.#failures.batches = 0
  }

  #succeed(messages: readonly QueueMessage[]): void {
    const now = this.#parts.clock.now()
    const sent = messages.flatMap(({ sentAt }) => (sentAt === null ? [] : [sentAt]))
    const ageMs = Math.max(0, now - Math.min(now, ...sent))
    const { state } = this.#standing
    this.#standing = { ...this.#standing, ageMs }
    this.#failures.calls = 0
    if (state === 'reading' || this.#parts.timers.elapsed() < this.#undeletedUntil) return
    this.#stand({ state: 'reading', error: null })
    this.#parts.events.emit('queueReadable', { queue: this.#settings.arn })
  }

  #fail(what: 'calls' | 'batches', reason: string): void {
    this.#slowDown(what)
    this.#stand({ state: 'failing', error: reason })
    this.#parts.events.emit('queueTrouble', { queue: this.#settings.arn, reason })
    this.#stale = true
  }

  #slowDown(what: 'calls' | 'batches'): void {
    this.#failures[what]++
    this.#owedPause = pauseAfter(this.#failures[what], this.#parts.random)
  }

  #stand({ state, error }: Pick<QueueStanding, 'state' | 'error'>): void {
    const since = state === this.#standing.state ? this.#standing.since : this.#parts.clock.now()
    this.#standing = { ...this.#standing, state, error, since }
  }

  #close(): void {
    this.#queue?.close()
    this.#queue = null
    this.#factsAt = null
    this.#stale = false
  }

  async #pause(ms: number): Promise<void> {
    await pause(this.#parts.timers, ms, this.#stop.signal)
  }
}

import type { Clock, Random } from '../clock.ts'
import { messageOf as errorText } from '../errors/gatewayError.ts'
import { redactText } from '../ops/redact.ts'
import type { Timers } from '../timers.ts'
import type { Alarm } from './alarm.ts'
import { type Channel, sendTimeoutMs } from './channels/channel.ts'
import { type AlarmMessage, messageOf } from './message.ts'
import { type Item, newsFor, type NewsRules } from './news.ts'

export interface TellerParts {
  readonly channel: Channel
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly rules: NewsRules
  /** Name of this gateway for people. */
  readonly from: string
  readonly alarms: () => Iterable<Alarm>
  /** False while another instance tells. */
  readonly tells: () => boolean
  /** A message was taken over: these were told. */
  readonly onTold: (items: readonly Item[]) => void
  /** null: it went well. */
  readonly onAttempt: (channel: string, error: string | null) => void
}

/** Pauses of a channel that is down: from a few seconds on, doubling. */
const firstRetryMs = 5000
const longestRetryMs = 15 * 60_000

/** The longest sleep, so that a clock that jumped is noticed. */
const longestSleepMs = 5 * 60_000

/**
 * Keeps one channel up to date: whenever what it has told differs from how things stand, it sends one message,
 * not more often than the rules say, again after growing pauses while the channel is down. Nothing waits for it.
 */
export class Teller {
  readonly #parts: TellerParts
  readonly #giveUp = new AbortController()
  #lastSentAt: number | null = null
  #failures = 0
  #retryAt = 0
  #sending: Promise<void> | null = null
  #cancel: () => void = () => undefined

  constructor(parts: TellerParts) {
    this.#parts = parts
  }

  get name(): string {
    return this.#parts.channel.name
  }

  /** Something changed, or time has passed: sends, or sleeps until there may be something to send. */
  look(): void {
    this.#cancel()
    if (this.#giveUp.signal.aborted || this.#sending !== null || !this.#parts.tells()) return
    const { clock, rules, alarms } = this.#parts
    const now = clock.now()
    const { items, nextAt } = newsFor(this.name, alarms(), now, rules)
    // A clock that was set back must not silence the channel.
    const retryAt = this.#retryAt > now + longestRetryMs ? now : this.#retryAt
    const notBefore = Math.max(retryAt, this.#mayAt(now))
    if (items.length > 0 && now >= notBefore) {
      this.#sending = this.#send(items, now).finally(() => {
        this.#sending = null
        this.look()
      })
    } else if (items.length > 0) this.#sleep(notBefore - now)
    else if (nextAt !== null) this.#sleep(nextAt - now)
  }

  /** A message apart from all alarms. @returns why it did not arrive; null: it did */
  async test(message: AlarmMessage): Promise<string | null> {
    return this.#attempt(message)
  }

  async stop(): Promise<void> {
    this.#cancel()
    this.#giveUp.abort()
    await this.#sending
  }

  async #send(items: readonly Item[], now: number): Promise<void> {
    const { channel, onAttempt, onTold, clock, random, from } = this.#parts
    const error = await this.#attempt(messageOf(items, now, from))
    if (this.#giveUp.signal.aborted && error !== null) return
    onAttempt(channel.name, error)
    if (error === null) {
      this.#failures = 0
      this.#retryAt = 0
      this.#lastSentAt = clock.now()
      onTold(items)
      return
    }
    const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures, 20))
    this.#failures += 1
    this.#retryAt = clock.now() + ceiling / 2 + (random() * ceiling) / 2
  }

  async #attempt(message: AlarmMessage): Promise<string | null> {
    const { channel, timers } = this.#parts
    const giveUp = new AbortController()
    const end = (): void => giveUp.abort(new Error(`no answer within ${sendTimeoutMs / 1000} seconds`))
    const cancel = timers.after(sendTimeoutMs, end)
    this.#giveUp.signal.addEventListener('abort', end, { once: true })
    const { promise, reject } = Promise.withResolvers<never>()
    // A channel should heed the signal; that this loop goes on must not depend on it.
    giveUp.signal.addEventListener('abort', () => reject(giveUp.signal.reason), { once: true })
    try {
      if (this.#giveUp.signal.aborted) throw new Error('the gateway stops')
      await Promise.race([channel.send(message, giveUp.signal), promise])
      return null
    } catch (error: unknown) {
      return redactText(errorText(error))
    } finally {
      cancel()
      this.#giveUp.signal.removeEventListener('abort', end)
    }
  }

  /** A clock that was set back must not silence the channel. */
  #mayAt(now: number): number {
    const last = this.#lastSentAt
    return last === null || last > now ? now : last + this.#parts.rules.everyMs
  }

  #sleep(ms: number): void {
    this.#cancel = this.#parts.timers.after(Math.min(Math.max(ms, 20), longestSleepMs), () => this.look())
  }
}

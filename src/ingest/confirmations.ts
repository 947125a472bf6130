import type { Emitter } from '../emitter.ts'
import type { HeldLeases } from '../leases/heldLeases.ts'
import { leaderLease } from '../leases/leases.ts'
import { Rounds } from '../rounds.ts'
import type { Confirmation, Settings } from '../settings/settings.ts'
import type { Timers } from '../timers.ts'
import { type AllowList, allowListOf, covers, sitesAllowing } from './allowList.ts'
import { type Attempt, type AttemptParts, attemptConfirmation, failed } from './confirmationAttempt.ts'
import { isAttemptDue, tokenExpiresAt } from './confirmationSchedule.ts'
import type { IngestEvents } from './events.ts'

export interface ConfirmationParts extends AttemptParts {
  readonly settings: Settings
  /** Of several instances the one that leads confirms; a person is served by any. */
  readonly leases: Pick<HeldLeases, 'standing' | 'onChange'>
  readonly timers: Timers
  readonly events: Emitter<IngestEvents>
}

/** What became of one kept confirmation when its topic was allowed. */
export interface AllowOutcome extends Pick<Attempt, 'outcome' | 'detail'> {
  readonly topicArn: string
  readonly addressed: string
}

/** How many subscriptions are confirmed at once; each may wait for SNS some seconds. */
const atOnce = 8

/** The longest sleep: a clock that jumps is noticed after this. */
const longestSleep = 60 * 60_000

/** After a fault of the database. */
const faultPause = 30_000

/**
 * Confirms subscriptions.
 * ```
 *  start, wake, timer ──> pending whose topic is allowed by now ──> due
 *                         pending or due, token dead            ──> failed
 *                         every due whose time has come: try    ──> confirmed | due later | failed
 *                         sleep until the next one's time
 * ```
 * An attempt runs once at a time, whoever asks for it. Repeating one, after a crash say, is harmless: SNS
 * answers with the same subscription.
 */
export class ConfirmationLoop {
  readonly #parts: ConfirmationParts
  readonly #underWay = new Map<number, Promise<AllowOutcome>>()
  readonly #rounds: Rounds
  #endListening: readonly (() => void)[] = []

  constructor(parts: ConfirmationParts) {
    this.#parts = parts
    const { timers, leases, events } = parts
    this.#rounds = new Rounds({
      timers,
      round: async () => this.#round(),
      mayGo: () => leases.standing(leaderLease) === 'held',
      onFault: (error) => events.emit('fault', { where: 'confirming subscriptions', error }),
      afterFault: () => faultPause,
    })
  }

  start(): void {
    if (!this.#rounds.start()) return
    // Whoever allows a topic, by whatever command: what waits for it needs no second word.
    const { settings, leases } = this.#parts
    this.#endListening = [
      settings.onChange(() => this.wake()),
      settings.confirmations.onDue(() => this.wake()),
      leases.onChange(() => this.wake()),
    ]
    this.wake()
  }

  /**
   * Begins nothing more; resolves when what is under way has ended, or at the deadline: SNS may be silent for longer,
   * and what is not written down then is tried again at the next start.
   */
  async stop(deadlineMs: number): Promise<void> {
    const rounds = this.#rounds.stop()
    for (const end of this.#endListening) end()
    const late = Promise.withResolvers<void>()
    const cancel = this.#parts.timers.after(deadlineMs, late.resolve)
    const under = Promise.allSettled([rounds, ...this.#underWay.values()])
    await Promise.race([under, late.promise]).finally(cancel)
  }

  /** Looks for work now. Cheap, and harmless while a round is running. */
  wake(): void {
    this.#rounds.wake()
  }

  /**
   * Verifies and confirms at once what waits for this topic, for a person who has just allowed it. Needs no
   * `start`: a command does it where no gateway runs.
   *
   * @param topic an ARN, or an AWS account's number
   * @param site the site that allows it now; confirmations that were addressed to another one are left alone
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async allow(topic: string, site: string): Promise<readonly AllowOutcome[]> {
    const waiting = (await this.#waiting())
      .filter(({ topicArn }) => covers(topic, topicArn))
      .filter(({ addressed }) => addressed === '' || addressed === site)
    return inGroups(waiting, ({ id }) => this.#attempt(id, site))
  }

  /** Tries all whose time has come. Returns how long to sleep, milliseconds. */
  async #round(): Promise<number> {
    const now = this.#parts.clock.now()
    // What another instance allowed may be heard of later than its confirmation, which would fail for that.
    await this.#parts.settings.refresh()
    const allowList = this.#allowList()
    const work = (await this.#waiting()).filter(
      (one) =>
        now >= tokenExpiresAt(one) ||
        (one.state === 'due'
          ? isAttemptDue(one.nextAttemptAt, now)
          : sitesAllowing(allowList, one.topicArn, one.addressed).length > 0),
    )
    await inGroups(work, ({ id }) => this.#attempt(id, null))

    const moments = (await this.#waiting()).map((one) =>
      one.state === 'due' ? Math.min(one.nextAttemptAt, tokenExpiresAt(one)) : tokenExpiresAt(one),
    )
    return Math.max(0, Math.min(longestSleep, Math.min(...moments) - this.#parts.clock.now()))
  }

  async #attempt(id: number, site: string | null): Promise<AllowOutcome> {
    const underWay = this.#underWay.get(id)
    if (underWay !== undefined) return underWay
    const attempt = this.#tryOne(id, site).finally(() => this.#underWay.delete(id))
    this.#underWay.set(id, attempt)
    return attempt
  }

  /** @param chosen the site that a person named; null leaves it to the allow-list */
  async #tryOne(id: number, chosen: string | null): Promise<AllowOutcome> {
    const { settings, clock, events } = this.#parts
    // Read again: the one that was seen when the round began may be settled by now.
    const found = (await settings.confirmations.list()).find((one) => one.id === id)
    if (found === undefined || !isWaiting(found)) return settledBefore(found)
    const { topicArn, addressed } = found

    const expired = clock.now() >= tokenExpiresAt(found)
    const allowing = sitesAllowing(this.#allowList(), topicArn, addressed)
    const site = chosen ?? (found.site === '' && allowing.length === 1 ? (allowing[0] ?? '') : found.site)
    if (found.state === 'pending' && !expired)
      await settings.confirmations.settle(id, { state: 'due', nextAttemptAt: clock.now(), error: null, site })

    const attempt = expired
      ? failed(this.#parts, 'failed', expiredText(found))
      : allowing.length === 0
        ? failed(this.#parts, 'failed', 'the topic is no longer allowed')
        : await attemptConfirmation(this.#parts, found)
    await settings.confirmations.settle(id, attempt.settled)

    const { outcome, detail } = attempt
    // A stranger's request that ran out is no event for anyone.
    if (!(expired && found.state === 'pending'))
      events.emit('confirmationTried', { outcome: outcome === 'refused' ? 'failed' : outcome, topicArn, site, detail })
    return { topicArn, addressed, outcome, detail }
  }

  async #waiting(): Promise<readonly Confirmation[]> {
    return (await this.#parts.settings.confirmations.list()).filter(isWaiting)
  }

  #allowList(): AllowList {
    return allowListOf(this.#parts.settings.sites())
  }
}

function isWaiting({ state }: Confirmation): boolean {
  return state === 'pending' || state === 'due'
}

function expiredText({ state, lastError }: Confirmation): string {
  const text = `${state === 'pending' ? 'not allowed' : 'not confirmed'} within two days, the life of its token: subscribe again`
  return lastError === null ? text : `${text} (last fault: ${lastError})`
}

/** Another attempt was quicker. */
function settledBefore(found: Confirmation | undefined): AllowOutcome {
  return {
    topicArn: found?.topicArn ?? '',
    addressed: found?.addressed ?? '',
    outcome: found?.state === 'confirmed' ? 'confirmed' : 'failed',
    detail: found?.lastError ?? '',
  }
}

/** Results in order; rejects with the first failure. */
async function inGroups<In, Out>(all: readonly In[], work: (one: In) => Promise<Out>): Promise<readonly Out[]> {
  const results: Out[] = []
  for (let start = 0; start < all.length; start += atOnce)
    results.push(...(await Promise.all(all.slice(start, start + atOnce).map(work))))
  return results
}

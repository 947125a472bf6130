import { setTimeout as delay } from 'node:timers/promises'
import { feedUntil, fewMore } from './feed.ts'
import type { Fleet } from './fleet.ts'
import { endedByItself, type GatewayProcess } from './gatewayProcess.ts'
import type { Job } from './job.ts'
import type { Journal } from './journal.ts'
import type { KillOrder, Round } from './orders.ts'
import type { Sender } from './sender.ts'
import type { Striker } from './striker.ts'

export interface KillerParts {
  readonly fleet: Fleet
  readonly striker: Striker
  readonly sender: Sender
  readonly journal: Journal
  readonly logFile: string
  readonly say: (line: string) => void
}

/** A round with a fault gets so many shares of the stream, for a large call. */
const faultShares = 4

/** Gives gateways one life after another, each with its share of the stream, and ends it. */
export class Killer {
  readonly #parts: KillerParts

  constructor(parts: KillerParts) {
    this.#parts = parts
  }

  /** Those of an earlier try are over. Rounds that did not meet what they were to meet get a second try, at the end. */
  async run(rounds: readonly Round[]): Promise<void> {
    const { sender, striker, journal } = this.#parts
    const left = rounds.slice(journal.rounds)
    const shares = left.reduce((sum, round) => sum + sharesOf(round), 0)
    const share = (sender.left - reserveOf(sender.left)) / Math.max(1, shares)
    const unmet = await this.#all(left, (round) => Math.max(1, Math.floor(share * sharesOf(round))))
    await this.#all(unmet, () => fewMore)
    await striker.repaired()
  }

  /** @returns the rounds that did not meet what they were to meet */
  async #all(rounds: readonly Round[], messages: (round: Round) => number): Promise<readonly Round[]> {
    const unmet: Round[] = []
    for (const [index, round] of rounds.entries()) {
      this.#parts.say(`${index + 1}/${rounds.length}: ${nameOf(round)}`)
      if (!(await this.#round(round, messages(round)))) unmet.push(round)
      this.#parts.journal.note({ roundOver: this.#parts.journal.rounds + 1 })
    }
    return unmet
  }

  async #round({ instance, order, fault }: Round, messages: number): Promise<boolean> {
    const { fleet, logFile, sender, striker } = this.#parts
    await striker.databaseIsUp()
    const gateway = await fleet.begin(instance, {
      kill: killOf(order),
      report: fault === null ? null : 'called',
    })
    // At its seam it may be gone before it has listened: work of an earlier life is enough.
    const living = await Promise.race([gateway.port.catch(() => null), gateway.ended.then(() => null)])
    // A burst makes large batches, a trickle many small ones.
    if (living !== null) sender.release(messages, order.by === 'outside' ? 20 : 300)
    let met = true
    if (fault !== null && living !== null) {
      // Without its database a gateway does not begin its life; one that has begun it must bear that.
      await fleet.allListen()
      met = await striker.strike(fault, gateway)
    }
    if (order.by === 'seam') await feedUntil(gateway.ended, gateway, sender)
    else {
      if (order.by === 'suspension') met = await this.#suspend(gateway, order.frozenMs)
      await Promise.race([delay(order.afterMs), gateway.ended])
    }
    const end = await fleet.ended(instance)
    if (end.signal !== 'SIGKILL') throw endedByItself(end, logFile)
    const { seam } = end
    this.#count(seam ?? 'outside')
    return order.by === 'seam' ? seam === order.seam : met
  }

  /** Once it has suspended itself. @returns false where it never came to that */
  async #suspend(gateway: GatewayProcess, frozenMs: number): Promise<boolean> {
    if (!(await feedUntil(gateway.suspended, gateway, this.#parts.sender))) return false
    await delay(frozenMs)
    gateway.wake()
    this.#parts.journal.note({ struck: 'gateway suspended' })
    return true
  }

  #count(where: string): void {
    this.#parts.journal.note({ killed: where })
  }
}

/** Messages kept back for seams that are late to be met, and for the end: a fifth, and half of a short stream. */
function reserveOf(messages: number): number {
  return Math.max(messages / 5, Math.min(messages / 2, 100))
}

function sharesOf({ fault }: Round): number {
  return fault === null ? 1 : faultShares
}

function killOf(order: KillOrder): Job['kill'] {
  if (order.by === 'outside') return null
  const { seam, passing } = order
  return order.by === 'seam' ? { seam, passing, delayMs: order.delayMs } : { seam, passing, delayMs: 0, suspends: true }
}

function nameOf({ instance, order, fault }: Round): string {
  if (order.by === 'suspension')
    return `gateway ${instance + 1}: suspended at '${order.seam}' for ${order.frozenMs} ms, then kill -9`
  const kill = order.by === 'seam' ? `at '${order.seam}', passing ${order.passing}` : `after ${order.afterMs} ms`
  const before = fault === null ? '' : `${fault.name} in mid-batch, then `
  return `gateway ${instance + 1}: ${before}kill -9 ${kill}`
}

import { setTimeout as delay } from 'node:timers/promises'
import { GatewayProcess } from './gatewayProcess.ts'
import type { Job } from './job.ts'
import type { Round } from './orders.ts'
import type { Sender } from './sender.ts'
import type { KillSite, StoredPerson } from './site.ts'

export interface KillerParts {
  readonly site: KillSite
  readonly people: readonly StoredPerson[]
  readonly sender: Sender
  readonly config: Job['config']
  readonly logFile: string
  readonly say: (line: string) => void
}

/** Part of the stream kept back for seams that are late to be met, and for the end: a fifth, and half of a short one. */
function reserveOf(messages: number): number {
  return Math.max(messages / 5, Math.min(messages / 2, 100))
}

/** So long a gateway may live without meeting its seam until a few more messages are sent to it; then longer, and longer. */
const quietMs = 400
const quietGrowth = 1.5
const fewMore = 4
/** Then it is killed from outside, and the seam is tried again in a later life. */
const patienceMs = 20_000

/** Gives gateways one life after another, each with its share of the stream, and ends it. */
export class Killer {
  readonly #parts: KillerParts
  readonly #kills = new Map<string, number>()
  readonly #faults = new Map<string, number>()
  /** A server that is on its way back. */
  #repair: Promise<void> = Promise.resolve()

  constructor(parts: KillerParts) {
    this.#parts = parts
  }

  get kills(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#kills)
  }

  get faults(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#faults)
  }

  get count(): number {
    return [...this.#kills.values()].reduce((sum, count) => sum + count, 0)
  }

  async run(rounds: readonly Round[]): Promise<void> {
    const { sender, say } = this.#parts
    const share = Math.max(1, Math.floor((sender.left - reserveOf(sender.left)) / Math.max(1, rounds.length)))
    let open = [...rounds]
    for (let time = 1; time <= 2; time += 1) {
      const unmet: Round[] = []
      for (const [index, round] of open.entries()) {
        say(`${index + 1}/${open.length}: ${nameOf(round)}`)
        if (!(await this.#round(round, time === 1 ? share : fewMore))) unmet.push(round)
      }
      open = unmet
    }
    await this.#repair
  }

  /** False where the seam was not met. */
  async #round(round: Round, share: number): Promise<boolean> {
    const { config, logFile, sender } = this.#parts
    const { order, fault } = round
    const gateway = GatewayProcess.start(
      {
        config,
        kill: order.by === 'seam' ? { seam: order.seam, passing: order.passing, delayMs: order.delayMs } : null,
        report: fault === null ? null : { seam: 'called', passing: 1 },
      },
      logFile,
    )
    // At its seam it may be gone before it has listened: work of an earlier life is enough.
    const living = await Promise.race([gateway.port.catch(() => null), gateway.ended.then(() => null)])
    // A burst makes large batches, a trickle many small ones.
    if (living !== null) sender.release(share, fault === null && order.by === 'seam' ? 300 : 20)
    if (fault !== null) await this.#fault(fault, gateway)
    if (order.by === 'outside') await Promise.race([delay(order.afterMs), gateway.ended])
    else await this.#untilMet(gateway)
    gateway.kill()
    const { signal, code, seam } = await gateway.ended
    if (signal !== 'SIGKILL') throw new Error(`a gateway ended by itself (${signal ?? code}); its log: ${logFile}`)
    const name = seam ?? 'outside'
    this.#kills.set(name, (this.#kills.get(name) ?? 0) + 1)
    return order.by === 'outside' || seam === order.seam
  }

  /** Strikes a server while a call is under way to it. It comes back in the background, whatever the gateway does. */
  async #fault(fault: NonNullable<Round['fault']>, gateway: GatewayProcess): Promise<void> {
    const { site, people, sender } = this.#parts
    await this.#repair
    const inTime = await this.#feedUntil(
      gateway.passing.then(() => true),
      gateway,
    )
    if (!inTime) return
    await delay(fault.delayMs)
    this.#faults.set(fault.name, (this.#faults.get(fault.name) ?? 0) + 1)
    this.#repair = site.fault(fault.name, fault.downMs, people)
    // Awaited before the next one; until then its failure is nobody's unhandled rejection.
    this.#repair.catch(() => undefined)
    // For calls that meet it from their beginning.
    sender.release(fewMore, 200)
  }

  async #untilMet(gateway: GatewayProcess): Promise<void> {
    await this.#feedUntil(
      gateway.ended.then(() => true),
      gateway,
    )
  }

  /** Sends a few more messages from time to time: some seams are passed only with new work. */
  async #feedUntil(met: Promise<boolean>, gateway: GatewayProcess): Promise<boolean> {
    const end = performance.now() + patienceMs
    const ended = gateway.ended.then(() => 'ended' as const)
    for (let quiet = quietMs; performance.now() < end; quiet *= quietGrowth) {
      const outcome = await Promise.race([met, ended, delay(quiet, false)])
      if (outcome === true) return true
      if (outcome === 'ended') return false
      this.#parts.sender.release(fewMore, 0)
    }
    return false
  }
}

function nameOf({ order, fault }: Round): string {
  const kill = order.by === 'seam' ? `at '${order.seam}', passing ${order.passing}` : `after ${order.afterMs} ms`
  return fault === null ? `kill -9 ${kill}` : `${fault.name} in mid-batch, then kill -9 ${kill}`
}

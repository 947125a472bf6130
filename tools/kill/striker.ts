import { setTimeout as delay } from 'node:timers/promises'
import { feedUntil, fewMore } from './feed.ts'
import type { GatewayDatabase } from './gatewayDatabase.ts'
import type { GatewayProcess } from './gatewayProcess.ts'
import type { Fault } from './orders.ts'
import type { Sender } from './sender.ts'
import type { KillSite, StoredPerson } from './site.ts'

export interface StrikerParts {
  readonly site: KillSite
  readonly people: readonly StoredPerson[]
  readonly database: GatewayDatabase
  readonly sender: Sender
}

/** Bounces in a call that is worth striking, and how long to wait for one: leftovers of an earlier life go alone. */
const largeCall = 8
const choosyMs = 4000

/** After that a call is over, or hangs. */
const longestCallMs = 1000

/** Strikes the CRM's servers in the middle of a call, and sees to it that they come back. */
export class Striker {
  readonly #parts: StrikerParts
  readonly #faults = new Map<string, number>()
  #cut = 0
  #repair: Promise<void> = Promise.resolve()

  constructor(parts: StrikerParts) {
    this.#parts = parts
  }

  get faults(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#faults)
  }

  /** Calls that lost their server when a part of their bounces stood in CiviCRM, and a part did not. */
  get cut(): number {
    return this.#cut
  }

  /** Resolves when the last strike is repaired. @throws what kept it from that */
  async repaired(): Promise<void> {
    await this.#repair
  }

  /** The gateway has to report the seam `called`. The repair goes on in the background, whatever becomes of the gateway. */
  async strike({ name, afterPart, downMs }: Fault, gateway: GatewayProcess): Promise<void> {
    const { site, people, sender } = this.#parts
    await this.#repair
    const call = await this.#largeCall(gateway)
    if (call === null) return
    await this.#untilPartly(call, afterPart)
    this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1)
    const strikeAndRepair = async (): Promise<void> => {
      await site.fault(name, downMs, people)
      // A call that only had to wait for its rows may be carried out still.
      if (name === 'rows locked') return
      const recorded = await site.recorded(call)
      if (recorded > 0 && recorded < call.length) this.#cut += 1
    }
    this.#repair = strikeAndRepair()
    // Awaited before the next one; until then its failure is nobody's unhandled rejection.
    this.#repair.catch(() => undefined)
    // For calls that meet it from their beginning.
    sender.release(fewMore, 200)
  }

  /** Queue rows of a call under way that is worth striking, or of any, after a while; null where none came. */
  async #largeCall(gateway: GatewayProcess): Promise<readonly number[] | null> {
    const { promise, resolve } = Promise.withResolvers<readonly number[]>()
    const since = performance.now()
    gateway.onPassing = () => {
      const call = this.#parts.database.callUnderWay()
      if (call.length >= largeCall || (call.length > 0 && performance.now() - since > choosyMs)) resolve(call)
    }
    const met = await feedUntil(promise, gateway, this.#parts.sender)
    gateway.onPassing = () => undefined
    return met ? promise : null
  }

  /** CiviCRM commits each bounce of a call by itself, so its progress can be seen. */
  async #untilPartly(call: readonly number[], part: number): Promise<void> {
    const wanted = Math.floor(call.length * part)
    const end = performance.now() + longestCallMs
    while (performance.now() < end && (await this.#parts.site.recorded(call)) < wanted) await delay(2)
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { feedUntil, fewMore } from './feed.ts'
import type { GatewayProcess } from './gatewayProcess.ts'
import type { Journal } from './journal.ts'
import type { Fault } from './orders.ts'
import type { Sender } from './sender.ts'
import type { CrmFault, CrmUnderTest, StoredPerson } from './crms/crmUnderTest.ts'
import type { Engine, EngineFault } from './engines/engine.ts'

export interface StrikerParts {
  readonly crm: CrmUnderTest
  readonly people: readonly StoredPerson[]
  readonly engine: Engine
  readonly sender: Sender
  readonly journal: Journal
}

/** Bounces in a call that is worth striking, and how long to wait for one: leftovers of an earlier life go alone. */
const largeCall = 8
const choosyMs = 4000

/** After that a call is over, or hangs. */
const longestCallMs = 1000

/** Strikes the servers of the CRM and of the database in the middle of a call, and sees to it that they come back. */
export class Striker {
  readonly #parts: StrikerParts
  #cut = 0
  #repair: Promise<void> = Promise.resolve()
  #databaseRepair: Promise<void> = Promise.resolve()

  constructor(parts: StrikerParts) {
    this.#parts = parts
  }

  /** Calls that lost their server when a part of their bounces stood in CiviCRM, and a part did not. */
  get cut(): number {
    return this.#cut
  }

  /** Resolves when the last strike is repaired. @throws what kept it from that */
  async repaired(): Promise<void> {
    await this.#repair
  }

  /** Resolves when the database takes connections: without it no gateway begins a life. */
  async databaseIsUp(): Promise<void> {
    await this.#databaseRepair
  }

  /** The gateway has to report the seam `called`. The repair goes on in the background, whatever becomes of the gateway. @returns whether it came to that */
  async strike(fault: Fault, gateway: GatewayProcess): Promise<boolean> {
    await this.#repair
    const { name } = fault
    const struck = isEngineFault(name)
      ? await this.#strikeDatabase(name, fault, gateway)
      : await this.#strikeCrm(name, fault, gateway)
    if (!struck) return false
    this.#parts.journal.note({ struck: name })
    // Awaited before the next one; until then its failure is nobody's unhandled rejection.
    this.#repair.catch(() => undefined)
    // For work that meets it from its beginning.
    this.#parts.sender.release(fewMore, 200)
    return true
  }

  async #strikeDatabase(name: EngineFault, { downMs }: Fault, gateway: GatewayProcess): Promise<boolean> {
    const passed = new Promise<void>((resolve) => (gateway.onPassing = resolve))
    const met = await feedUntil(passed, gateway, this.#parts.sender)
    gateway.onPassing = () => undefined
    if (met) this.#repair = this.#databaseRepair = this.#parts.engine.fault(name, downMs)
    return met
  }

  async #strikeCrm(name: CrmFault, { afterPart, downMs }: Fault, gateway: GatewayProcess): Promise<boolean> {
    const { crm, people } = this.#parts
    const call = await this.#largeCall(gateway)
    if (call === null) return false
    await this.#untilPartly(call, afterPart)
    const strikeAndRepair = async (): Promise<void> => {
      await crm.fault(name, downMs, people)
      // A call that only had to wait for its rows may be carried out still.
      if (name === 'rows locked') return
      const recorded = await crm.recorded(call)
      if (recorded > 0 && recorded < call.length) this.#cut += 1
    }
    this.#repair = strikeAndRepair()
    return true
  }

  /** Queue rows of a call under way that is worth striking, or of any, after a while; null where none came. */
  async #largeCall(gateway: GatewayProcess): Promise<readonly number[] | null> {
    const { promise, resolve } = Promise.withResolvers<readonly number[]>()
    const since = performance.now()
    const look = async (): Promise<void> => {
      const call = await this.#parts.engine.view.callUnderWay()
      if (call.length >= largeCall || (call.length > 0 && performance.now() - since > choosyMs)) resolve(call)
    }
    // A database that is down between two strikes has no call to show: the next passing will.
    gateway.onPassing = () => void look().catch(() => undefined)
    const met = await feedUntil(promise, gateway, this.#parts.sender)
    gateway.onPassing = () => undefined
    return met ? promise : null
  }

  /** CiviCRM commits each bounce of a call by itself, so its progress can be seen. */
  async #untilPartly(call: readonly number[], part: number): Promise<void> {
    const wanted = Math.floor(call.length * part)
    const end = performance.now() + longestCallMs
    while (performance.now() < end && (await this.#parts.crm.recorded(call)) < wanted) await delay(2)
  }
}

function isEngineFault(name: Fault['name']): name is EngineFault {
  return name === 'postgres killed' || name === 'postgres stopped'
}

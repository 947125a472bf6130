import { GatewayProcess } from './gatewayProcess.ts'
import type { Job, LifeOrder } from './job.ts'
import type { Instance } from './prepare.ts'

const untilAsked: LifeOrder = { kill: null, report: null }

export interface FleetParts {
  readonly instances: readonly Instance[]
  /** A fault that was planted into every gateway of the run; null: the product as it is. */
  readonly plant: Job['plant']
  /** Of the calls that record bounces those which go wrong. */
  readonly trouble: number
  readonly onTrouble: (name: string) => void
  readonly seed: string
  readonly logFile: string
}

/**
 * The gateways that share the work. All of them live until a round ends one: the others take over, and with the
 * next round it is started again, as by a supervisor.
 */
export class Fleet {
  readonly #parts: FleetParts
  readonly #living = new Map<number, GatewayProcess>()
  #lives = 0

  constructor(parts: FleetParts) {
    this.#parts = parts
  }

  /** Gives an instance's life an order, and it a life where it has none. */
  async begin(instance: number, order: LifeOrder): Promise<GatewayProcess> {
    this.#startOthers(instance)
    const living = this.#living.get(instance)
    if (living === undefined) return this.#start(instance, order)
    // It may be on its way since the last round: what it passes counts from now on.
    await Promise.race([living.port.catch(() => null), living.ended])
    living.order(order)
    return living
  }

  /** The process has ended: its place is empty until the next round. */
  async ended(instance: number): Promise<Awaited<GatewayProcess['ended']>> {
    const gateway = this.#living.get(instance)
    if (gateway === undefined) throw new Error(`instance ${instance} does not live`)
    gateway.kill()
    const end = await gateway.ended
    this.#living.delete(instance)
    return end
  }

  /** All live, without an order. */
  async allUp(): Promise<void> {
    this.#startOthers(null)
    await this.allListen()
  }

  /** Those that live have got so far. */
  async allListen(): Promise<void> {
    await Promise.all([...this.#living.values()].map(async ({ port }) => port))
  }

  /** In peace. */
  async stop(): Promise<void> {
    await Promise.all([...this.#living.values()].map(async (gateway) => gateway.stop()))
    this.#living.clear()
  }

  /** Whatever happened: nothing of the run stays behind. */
  async leave(): Promise<void> {
    await Promise.all([...this.#living.values()].map(async (gateway) => gateway.leave()))
    this.#living.clear()
  }

  #startOthers(instance: number | null): void {
    for (const other of this.#parts.instances.keys())
      if (other !== instance && !this.#living.has(other)) this.#start(other, untilAsked)
  }

  #start(instance: number, order: LifeOrder): GatewayProcess {
    const { instances, plant, trouble: share, onTrouble, seed, logFile } = this.#parts
    const config = instances[instance]?.config ?? {}
    this.#lives += 1
    const trouble = { share, seed: `${seed}#${this.#lives}` }
    const gateway = GatewayProcess.start({ config, plant, trouble, ...order }, logFile)
    gateway.onTrouble = onTrouble
    this.#living.set(instance, gateway)
    return gateway
  }
}

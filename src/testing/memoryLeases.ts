import type { Clock } from '../clock.ts'
import type { Leases, Roll } from '../leases/leases.ts'

/** Leases of several instances within one test. Its clock is that of the "database". */
export class MemoryLeases implements Leases {
  readonly #clock: Clock
  readonly #instances = new Map<string, number>()
  readonly #holders = new Map<string, string>()
  readonly #listeners = new Set<() => void>()
  /** Thrown by every call, while set. */
  fault: Error | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async live(owner: string, ms: number): Promise<Roll> {
    this.#failIfAway()
    const isNew = !this.#lives(owner)
    this.#instances.set(owner, this.#clock.now() + ms)
    if (isNew) this.#tell()
    return this.roll()
  }

  async take(owner: string, names: readonly string[]): Promise<readonly string[]> {
    this.#failIfAway()
    if (!this.#lives(owner)) return []
    for (const name of names) {
      const holder = this.#holders.get(name)
      if (holder === undefined || !this.#lives(holder)) this.#holders.set(name, owner)
    }
    return names.filter((name) => this.#holders.get(name) === owner)
  }

  async giveBack(owner: string, names: readonly string[]): Promise<void> {
    this.#failIfAway()
    for (const name of names) if (this.#holders.get(name) === owner) this.#holders.delete(name)
    this.#tell()
  }

  async leave(owner: string): Promise<void> {
    this.#failIfAway()
    for (const [name, holder] of this.#holders) if (holder === owner) this.#holders.delete(name)
    this.#instances.delete(owner)
    this.#tell()
  }

  async roll(): Promise<Roll> {
    this.#failIfAway()
    const now = this.#clock.now()
    return {
      instances: [...this.#instances]
        .filter(([owner]) => this.#lives(owner))
        .map(([owner, until]) => ({ owner, msLeft: until - now }))
        .toSorted((a, b) => (a.owner < b.owner ? -1 : 1)),
      holders: new Map([...this.#holders].filter(([, holder]) => this.#lives(holder))),
    }
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #lives(owner: string): boolean {
    return (this.#instances.get(owner) ?? 0) > this.#clock.now()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  #failIfAway(): void {
    if (this.fault !== null) throw this.fault
  }
}

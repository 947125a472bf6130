import type { Arrivals } from './arrivals.ts'
import type { Taken } from './books.ts'
import type { Counts } from './counts.ts'
import type { World } from './world.ts'

/** What an operation finds when it begins. */
export interface Scene {
  readonly world: World
  /** Of what was there before the run. */
  readonly before: Counts
  /** All that was answered 200 in the run before this operation. */
  readonly takenBefore: readonly Taken[]
  /** What is to arrive while it goes on: to be begun and ended by it, so that it can prepare and look without. */
  readonly arrivals: Arrivals
}

/** What an operation says that it has done. */
export interface Outcome {
  /** That it went through, or carried. */
  readonly rows: number
  readonly said: string
  /** By how much counts of what was there before differ now; null: it has looked at them itself. */
  readonly changes: Counts | null
  /** What went wrong, in words. */
  readonly faults: readonly string[]
  /** Most seconds in which nobody may be left without a 200. */
  readonly mostSilence?: number
}

/** One operation on the full store, by the command that an administrator has for it. */
export interface Step {
  readonly about: string
  readonly run: (scene: Scene) => Promise<Outcome>
}

/** Says `fault` where something is not as it must be. */
export function unless(isRight: boolean, fault: string): readonly string[] {
  return isRight ? [] : [fault]
}

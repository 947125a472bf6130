import type { Clock } from '../clock.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import type { Ages } from './ages.ts'
import { retentionKindNames, retentionKinds, type RetentionKind } from './kinds.ts'
import type { RetentionMark, RetentionProgress, RetentionStore } from './retentionStore.ts'

export interface RetentionParts {
  readonly store: RetentionStore
  readonly ages: Ages
  readonly clock: Clock
  /** Makes sure that there is a key for pseudonyms. @returns whether it was there before, and so is known to all */
  readonly readyForNames: () => Promise<boolean>
  readonly onRemoved?: (kind: RetentionKind, count: number) => void
}

/** Rows looked at in one step, and changed at most: some milliseconds, for which others may have to wait. */
export const rowsPerStep = 100

/**
 * Rows that stay, nameless, would all be passed again each time. So a pass goes on where the last one ended, and
 * only so often begins anew, for those that were not finished when their time came.
 */
const daysUntilAnew = 30

/** Of what is due no more than so many rows are counted. */
const mostCounted = 10_000
const countedAtOnce = 1000

const dayMs = 86_400_000

export interface RetentionReport {
  readonly kind: RetentionKind
  readonly what: string
  /** The setting, and what it says: null = for ever. */
  readonly setting: string
  readonly days: number | null
  readonly due: {
    readonly rows: number
    /** There are more than were counted. */
    readonly isMore: boolean
    readonly oldestAt: number | null
  }
  readonly endedAt: number | null
  readonly removedAt: number | null
  readonly removed: number
}

interface Step {
  readonly removed: number
  readonly ended: boolean
}

/**
 * What is kept how long, and the removing of it, a step at a time.
 * ```
 *   pass of a kind:  begin ──step (look at some rows, remove those due, go on behind them)──> nothing older: end
 * ```
 * A step is a commit of its own and begins with what is stored, so a pass may be broken off anywhere.
 */
export class Retention {
  readonly #parts: RetentionParts
  /** The gateway's own round and one that a person asked for go through the same rows: one step after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: RetentionParts) {
    this.#parts = parts
  }

  /**
   * One step of a kind.
   * @returns how many were removed, and whether the pass is at its end
   * @throws GatewayError STORAGE_CORRUPT: of a row, which was passed; STORAGE_UNAVAILABLE
   */
  async step(kind: RetentionKind): Promise<Step> {
    const step = this.#turn.then(async () => this.#step(kind))
    this.#turn = step.catch(() => undefined)
    return step
  }

  async #step(kind: RetentionKind): Promise<Step> {
    const { store, clock, readyForNames } = this.#parts
    const before = this.#before(kind)
    if (before === null) return { removed: 0, ended: true }
    const { removes } = retentionKinds[kind]
    if (removes === 'names' && !(await readyForNames())) return { removed: 0, ended: true }
    const now = clock.now()
    const progress = begun(await store.progress(kind), now, removes)
    const rows = await store.look(kind, { before, after: progress.mark, limit: rowsPerStep })
    const due = rows.filter(({ isDue }) => isDue).map(({ id }) => id)
    const { removed, damage } = await this.#remove(kind, due, before)
    const last = rows.findLast((row) => isBehind(row, before, now))
    const ended = rows.length < rowsPerStep || rows.at(-1) !== last
    const mark = last === undefined ? progress.mark : markOf(last, before)
    await store.saveProgress(kind, {
      mark: ended && removes === 'rows' ? null : mark,
      begunAt: progress.begunAt,
      endedAt: ended ? now : progress.endedAt,
      removedAt: removed > 0 ? now : progress.removedAt,
      removed: progress.removed + removed,
    })
    if (removed > 0) this.#parts.onRemoved?.(kind, removed)
    if (damage !== null) throw damage
    return { removed, ended }
  }

  /** @returns how many, and what is to be told of a row that cannot be read: it must not keep the others here for ever */
  async #remove(
    kind: RetentionKind,
    ids: readonly number[],
    before: number,
  ): Promise<{ readonly removed: number; readonly damage: GatewayError | null }> {
    const { store } = this.#parts
    if (ids.length === 0) return { removed: 0, damage: null }
    try {
      return { removed: await store.remove(kind, ids, before), damage: null }
    } catch (error) {
      if (!isDamage(error)) throw error
      if (ids.length === 1) return { removed: 0, damage: error }
    }
    let removed = 0
    let damage: GatewayError | null = null
    for (const id of ids) {
      const one = await this.#remove(kind, [id], before)
      removed += one.removed
      damage ??= one.damage
    }
    return { removed, damage }
  }

  /** Gives back space, a little. @returns whether there is more */
  async giveBack(): Promise<boolean> {
    return this.#parts.store.giveBack()
  }

  async report(): Promise<readonly RetentionReport[]> {
    const reports: RetentionReport[] = []
    for (const kind of retentionKindNames) {
      const { what, age } = retentionKinds[kind]
      const { endedAt, removedAt, removed } = await this.#parts.store.progress(kind)
      const due = await this.#due(kind)
      reports.push({ kind, what, setting: age, days: this.#parts.ages[age], due, endedAt, removedAt, removed })
    }
    return reports
  }

  async #due(kind: RetentionKind): Promise<RetentionReport['due']> {
    const { store, clock } = this.#parts
    const before = this.#before(kind)
    const now = clock.now()
    let rows = 0
    let oldestAt: number | null = null
    if (before === null) return { rows, isMore: false, oldestAt }
    let after = begun(await store.progress(kind), now, retentionKinds[kind].removes).mark
    for (let looked = 0; looked < mostCounted; looked += countedAtOnce) {
      const found = await store.look(kind, { before, after, limit: countedAtOnce })
      const due = found.filter(({ isDue }) => isDue)
      rows += due.length
      oldestAt ??= due[0]?.at ?? null
      const last = found.at(-1)
      if (last === undefined || !isBehind(last, before, now) || found.length < countedAtOnce)
        return { rows, isMore: false, oldestAt }
      after = markOf(last, before)
    }
    return { rows, isMore: true, oldestAt }
  }

  #before(kind: RetentionKind): number | null {
    const days = this.#parts.ages[retentionKinds[kind].age]
    return days === null ? null : this.#parts.clock.now() - Math.round(days * dayMs)
  }
}

function begun(progress: RetentionProgress, now: number, removes: 'rows' | 'names'): RetentionProgress {
  // A beginning that lies in the future, by a clock set back since, is none.
  const isRecent = now >= progress.begunAt && now - progress.begunAt < daysUntilAnew * dayMs
  const isAnew = removes === 'rows' ? progress.mark === null : !isRecent
  return isAnew ? { ...progress, mark: null, begunAt: now } : progress
}

/**
 * Whether a pass goes on behind the row. What is too young is its end, in the order of arrival; but not what came when
 * the clock had run ahead: behind it lies what came after the clock was set back.
 */
function isBehind({ at }: RetentionMark, before: number, now: number): boolean {
  return at < before || at > now
}

/** Of a moment before which there is something due, or nothing would be found behind it. */
function markOf({ at, id }: RetentionMark, before: number): RetentionMark {
  return { at: Math.min(at, before - 1), id }
}

export function isDamage(error: unknown): error is GatewayError {
  return error instanceof GatewayError && error.code === 'STORAGE_CORRUPT'
}

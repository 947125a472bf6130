import type { RetentionKind } from './kinds.ts'

/**
 * What has to be removed, in any store: found in the order of age and removed by a few rows at a time, each time in
 * a commit of its own.
 */
export interface RetentionStore {
  /** The next rows of a kind behind a mark, oldest first, and which of them are due. Nothing is changed. */
  look(kind: RetentionKind, range: RetentionRange): Promise<readonly RetentionRow[]>

  /**
   * Removes those that are still due, or takes their names. @returns how many
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  remove(kind: RetentionKind, ids: readonly number[], before: number): Promise<number>

  progress(kind: RetentionKind): Promise<RetentionProgress>
  saveProgress(kind: RetentionKind, progress: RetentionProgress): Promise<void>

  /** Gives back space that is free within the file, a little of it. @returns whether there is more to give back */
  giveBack(): Promise<boolean>
}

export interface RetentionRange {
  /** Epoch ms: what is older is due. */
  readonly before: number
  readonly after: RetentionMark | null
  readonly limit: number
}

export interface RetentionMark {
  readonly at: number
  readonly id: number
}

export interface RetentionRow extends RetentionMark {
  readonly isDue: boolean
}

export interface RetentionProgress {
  /** Where it goes on; null: at the beginning. */
  readonly mark: RetentionMark | null
  /** When it last began at the beginning, epoch ms. */
  readonly begunAt: number
  /** When it last got to the end of what was due; null: never. */
  readonly endedAt: number | null
  /** When something was last removed; null: never. */
  readonly removedAt: number | null
  /** Ever. */
  readonly removed: number
}

export const noProgress: RetentionProgress = { mark: null, begunAt: 0, endedAt: null, removedAt: null, removed: 0 }

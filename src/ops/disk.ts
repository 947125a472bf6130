import { statfs } from 'node:fs/promises'
import type { Timers } from '../timers.ts'

/** Free bytes for this user on the disk that holds the folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

export interface DiskWatchParts {
  readonly free: () => Promise<number>
  readonly timers: Timers
  /** Below this the gateway takes nothing on. */
  readonly minimumBytes: number
  /** Between two looks, milliseconds. @default 5000 */
  readonly intervalMs?: number
}

/**
 * Knows whether the disk is nearly full, so that notifications are turned away (and repeated by SNS) while
 * there is still room to finish what was accepted. Asked for each request, so it only remembers the last
 * look. Where looking fails nothing is assumed: the database will say itself whether it can write.
 */
export class DiskWatch {
  readonly #parts: DiskWatchParts
  #free: number | null = null
  #cancel: () => void = () => undefined
  #stopped = false

  constructor(parts: DiskWatchParts) {
    this.#parts = parts
  }

  /** At the last look; null: unknown. */
  get freeBytes(): number | null {
    return this.#free
  }

  get low(): boolean {
    return this.#free !== null && this.#free < this.#parts.minimumBytes
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    await this.#look()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  async #look(): Promise<void> {
    this.#free = await this.#parts.free().catch(() => null)
    if (this.#stopped) return
    this.#cancel = this.#parts.timers.after(this.#parts.intervalMs ?? 5000, () => void this.#look())
  }
}

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { CheckpointReport, CheckpointRequest } from './checkpointRequest.ts'

/** Changed rows after which the log is copied into the database: a few MiB. */
const rowsBetween = 1000

/**
 * Keeps the write-ahead log short without making anybody wait. Left to itself SQLite copies the log
 * within some commit, and every request behind that one waits for two more disk syncs and a thousand
 * scattered pages; here a thread does it alongside.
 * ```
 *  idle ──(rows written ≥ rowsBetween)──> asked ──report──> idle
 *    │                                      │
 *    └──────────────── stop ────────────────┴──> stopped
 * ```
 * The thread begins with the first need, so a short command never pays for it. Should it fail, SQLite's
 * own checkpoint (`emergencyCheckpointPages` in open.ts) still bounds the log.
 */
export class Checkpointer {
  readonly #file: string
  #worker: Worker | null = null
  #state: 'idle' | 'asked' | 'failed' | 'stopped' = 'idle'
  #rows = 0

  constructor(file: string) {
    this.#file = file
  }

  /** After each commit. */
  written(rows: number): void {
    this.#rows += rows
    if (this.#state === 'idle' && this.#rows >= rowsBetween) this.#ask()
  }

  /** Resolves when the thread has closed its connection. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    const worker = this.#worker
    if (worker === null) return
    await new Promise<void>((resolve) => {
      worker.ref()
      worker.once('exit', () => resolve())
      worker.postMessage({ do: 'end' } satisfies CheckpointRequest)
    })
  }

  #ask(): void {
    this.#state = 'asked'
    this.#rows = 0
    this.#worker ??= this.#start()
    this.#worker.postMessage({ do: 'checkpoint' } satisfies CheckpointRequest)
  }

  #start(): Worker {
    // Beside this file, under its extension: `.ts` in development, `.js` in a release.
    const thread = new URL(`./checkpointThread${extname(import.meta.url)}`, import.meta.url)
    const worker = new Worker(thread, { workerData: this.#file, execArgv: [] })
    // It must not keep a process alive whose work is done.
    worker.unref()
    worker.on('message', (_report: CheckpointReport) => {
      if (this.#state === 'asked') this.#state = 'idle'
    })
    worker.on('error', () => {
      if (this.#state !== 'stopped') this.#state = 'failed'
    })
    worker.on('exit', () => {
      this.#worker = null
    })
    return worker
  }
}

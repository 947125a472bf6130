import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { CheckpointReport, CheckpointRequest } from './checkpointRequest.ts'

/** Changed rows after which the log is copied into the database: some MiB. Each copying writes the pages that all share anew, and syncs twice. */
const rowsBetween = 3000

/** Bytes of a page of the log. */
const pageBytes = 4096

/** Pages from which the log is made to begin anew. */
const restartPages = 4096

/** Beyond so many times that, the writer waits for the copying, instead of running away from it. */
const headStart = 4

/** Who writes, and can be made to wait. */
export interface Writer {
  pause(): void
  resume(): void
}

/**
 * Keeps the write-ahead log short. Left to itself SQLite copies the log within some commit, and all that
 * stands behind that one waits for a thousand scattered pages and two more disk syncs. Here a thread
 * copies alongside the writer. But a log that is always written to never ends, so it never begins anew:
 * where it has grown long, the writer pauses for the moment that the little which is left takes.
 * ```
 *  idle ──(rowsBetween rows written)──> copying ──(log is short: resume)──────────────────> idle
 *                                        │  ↻ log outgrows the copying: pause                ^
 *                                        └──(log ≥ #restartAt: pause)──> restarting ──(resume)
 * ```
 * The thread begins with the first need, so a short command never pays for it. Where it fails, SQLite's
 * own checkpoint (`emergencyCheckpointPages` in open.ts) still bounds the log.
 */
export class Checkpointer {
  readonly #file: string
  readonly #writer: Writer
  #worker: Worker | null = null
  #state: 'idle' | 'copying' | 'restarting' | 'failed' | 'stopped' = 'idle'
  #rows = 0
  #restartAt = restartPages

  constructor(file: string, writer: Writer) {
    this.#file = file
    this.#writer = writer
  }

  /** After each commit. Never throws. */
  written(rows: number): void {
    this.#rows += rows
    if (this.#rows < rowsBetween) return
    try {
      if (this.#state === 'copying' && this.#isOutgrown()) this.#pause()
      if (this.#state === 'idle') this.#copy()
    } catch {
      this.#fail()
    }
  }

  /** Resolves when the thread has closed its connection. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    const worker = this.#worker
    if (worker === null) return
    await new Promise<void>((resolve) => {
      worker.ref()
      worker.once('exit', () => resolve())
      this.#ask('end')
    })
  }

  #copy(): void {
    this.#rows = 0
    this.#worker ??= this.#start()
    this.#state = 'copying'
    this.#ask('copy')
  }

  #ask(request: CheckpointRequest): void {
    this.#worker?.postMessage(request)
  }

  /** While somebody waits for the thread it keeps the process alive; else it must not. */
  #pause(): void {
    this.#worker?.ref()
    this.#writer.pause()
  }

  #resume(): void {
    this.#worker?.unref()
    this.#writer.resume()
  }

  #start(): Worker {
    // Beside this file, under its extension: `.ts` in development, `.js` in a release.
    const thread = new URL(`./checkpointThread${extname(import.meta.url)}`, import.meta.url)
    const worker = new Worker(thread, { workerData: this.#file, execArgv: [] })
    worker.unref()
    worker.on('message', (report: CheckpointReport) => this.#reported(report))
    worker.on('error', () => this.#fail())
    worker.on('exit', () => {
      this.#worker = null
    })
    return worker
  }

  #reported({ logPages, complete }: CheckpointReport): void {
    if (this.#state === 'copying' && logPages >= this.#restartAt) {
      this.#state = 'restarting'
      this.#pause()
      this.#ask('restart')
      return
    }
    // Somebody reads an old state and may go on for long: to try at every turn would stall the writers.
    if (this.#state === 'restarting') this.#restartAt = complete ? restartPages : 2 * logPages
    if (this.#state === 'stopped') return
    this.#state = 'idle'
    this.#resume()
  }

  /** By the size of the file, which is cut when the log begins anew. */
  #isOutgrown(): boolean {
    const size = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0
    return size > headStart * this.#restartAt * pageBytes
  }

  #fail(): void {
    if (this.#state === 'stopped') return
    this.#state = 'failed'
    this.#resume()
  }
}

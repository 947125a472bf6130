import { Worker } from 'node:worker_threads'
import type { SendRange, SenderReport, SenderThreadData } from './threadMessages.ts'
import type { Failure } from './watch.ts'

export interface SendingListeners {
  readonly onFailure: (failure: Failure) => void
  readonly onSent: (sent: number) => void
  readonly onDescription?: ((text: string) => void) | undefined
}

/** The thread that sends, seen from the gateway's. */
export class SendingThread {
  readonly answers = new Map<string, number>()
  readonly #worker: Worker
  readonly #listeners: SendingListeners
  #sent = 0
  #longestStall = 0
  #underWay: PromiseWithResolvers<void> | null = null

  constructor(workerData: SenderThreadData, listeners: SendingListeners) {
    this.#listeners = listeners
    this.#worker = new Worker(new URL('./senderThread.ts', import.meta.url), { workerData, execArgv: [] })
    this.#worker.on('message', (report: SenderReport) => this.#reported(report))
    this.#worker.on('error', (error) => this.#underWay?.reject(error))
  }

  get sent(): number {
    return this.#sent
  }

  /** Of the gateway's thread, milliseconds. */
  get longestStall(): number {
    return this.#longestStall
  }

  /** Resolves when all of them have their answers. */
  async send(range: Omit<SendRange, 'describe'>): Promise<void> {
    this.#underWay = Promise.withResolvers()
    const message: SendRange = { ...range, describe: this.#listeners.onDescription !== undefined }
    this.#worker.postMessage(message)
    await this.#underWay.promise
  }

  async end(): Promise<void> {
    const exit = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.postMessage('end')
    await exit
  }

  #reported(report: SenderReport): void {
    switch (report.type) {
      case 'progress':
        for (const [name, count] of Object.entries(report.answers))
          this.answers.set(name, (this.answers.get(name) ?? 0) + count)
        this.#sent += report.sent
        this.#listeners.onSent(this.#sent)
        break
      case 'description':
        this.#listeners.onDescription?.(report.text)
        break
      case 'failure':
        this.#listeners.onFailure({ number: report.number, what: report.what })
        break
      case 'done':
      default:
        this.#longestStall = Math.max(this.#longestStall, report.longestStall)
        this.#underWay?.resolve()
    }
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Latencies } from '../../src/simulator/latencies.ts'
import type { QueueRow } from '../../src/simulator/mailing.ts'
import type { Taken } from './books.ts'

export interface SenderJob {
  readonly url: string
  readonly certificatesFolder: string
  readonly people: readonly (QueueRow & { readonly email: string })[]
  /** Notifications a second. */
  readonly rate: number
}

/** What became of all that was sent. */
export interface Sent {
  readonly taken: readonly Taken[]
  /** By status, or by what went wrong. */
  readonly answers: Readonly<Record<string, number>>
  readonly latency: Latencies | null
  /** The longest time in which nobody was answered 200, seconds. */
  readonly silence: number
}

/** Notifications that keep arriving. */
export class Sending {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #output = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.on('data', (part: Buffer) => (this.#output += part.toString()))
    this.#ended = once(child, 'close')
  }

  static async start(job: SenderJob, jobFile: string): Promise<Sending> {
    await writeFile(jobFile, JSON.stringify(job))
    const entry = path.join(import.meta.dirname, 'senderProcess.ts')
    return new Sending(spawn(process.execPath, [entry, jobFile], { stdio: ['pipe', 'pipe', 'inherit'] }))
  }

  /** Sends no more; resolves when all is answered 200. */
  async stop(): Promise<Sent> {
    this.#child.stdin?.end()
    await this.#ended
    if (this.#child.exitCode !== 0) throw new Error('the sender ended by itself')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by senderProcess.ts
    return JSON.parse(this.#output) as Sent
  }

  /** Gives up, whatever is under way. */
  async abandon(): Promise<void> {
    this.#child.kill()
    await this.#ended
  }
}

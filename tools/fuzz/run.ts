import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileNames } from '../../src/database/sqlite/folder.ts'
import type { Gateway } from '../../src/main.ts'
import { drained } from './drain.ts'
import { startGateway } from './gatewayUnderTest.ts'
import { type HeapSize, heapSize } from './heap.ts'
import { beat, newPulse } from './heartbeat.ts'
import { type FuzzReport, type HeapAfter, judge } from './report.ts'
import { SendingThread } from './sendingThread.ts'
import { type Failure, Watch } from './watch.ts'

export interface FuzzOptions {
  readonly seed: string
  /** Number of the first request. @default 0 */
  readonly from?: number
  readonly count: number
  readonly onSent?: (sent: number) => void
  /** After each stretch. */
  readonly onHeap?: (sent: number, heap: HeapSize | null) => void
  readonly onFailure?: (failure: Failure) => void
  /** Tells what each request is: for one or a few. */
  readonly onDescription?: (text: string) => void
  /** Called at the end, while the gateway still runs. */
  readonly inspect?: (gateway: Gateway) => Promise<void> | void
}

/** Requests after which all is recorded and the heap is looked at. */
const stretch = 50_000

/** After so many there is nothing to learn from further ones. */
const mostFailures = 20

const nothing = (): void => undefined

/**
 * Posts mutated messages to a real gateway in this process, on a data folder of its own, and reports what
 * must not have happened: crashes, 5xx, faults, messages that nobody can record, an inbox that does not
 * become empty, a heap that grows.
 */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-fuzz-'))
  try {
    return await runIn(folder, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runIn(folder: string, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, from = 0, count, onSent = nothing, onHeap = nothing, inspect = nothing, onDescription } = options
  const failures: Failure[] = []
  const onFailure = (failure: Failure): void => {
    failures.push(failure)
    options.onFailure?.(failure)
  }
  const watch = new Watch(onFailure)
  const heaps: HeapAfter[] = []
  const pulse = newPulse()
  const begun = performance.now()
  const { gateway, world } = await startGateway(folder, seed, (line) => watch.logLine(line))
  const thread = new SendingThread({ port: gateway.port, world, pulse }, { onFailure, onSent, onDescription })
  watch.begin(gateway)
  const endBeating = beat(pulse)
  try {
    for (let sent = 0; sent < count && failures.length < mostFailures;) {
      const next = Math.min(count, sent + stretch)
      await thread.send({ from: from + sent, to: from + next })
      sent = next
      for (const { site, waiting } of await drained(gateway))
        onFailure({ number: null, what: `${waiting} notifications of the lane "${site}" are not recorded` })
      const heap = await heapSize()
      if (heap !== null) heaps.push({ sent, ...heap })
      onHeap(sent, heap)
    }
    await inspect(gateway)
  } finally {
    await thread.end()
    await gateway.stop()
    watch.end()
    endBeating()
  }
  const seen = { sent: thread.sent, answers: thread.answers, heaps, longestStall: thread.longestStall }
  return {
    ...seen,
    recorded: watch.recorded,
    seconds: (performance.now() - begun) / 1000,
    databaseBytes: (await stat(path.join(folder, 'data', fileNames.database))).size,
    failures: [...failures, ...judge(seen)],
  }
}

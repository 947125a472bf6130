import { writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

/** Takes as many of the bytes as it has room for, and says how many; throws where it has none. */
export type WriteBytes = (bytes: Uint8Array) => number

/** How often, and how long apart, a line is tried where the reader of a pipe has no room at the moment. */
const tries = 10
const tryEveryMs = 10

/**
 * Standard output, as the log needs it. A line that cannot be written (the disk to which it is redirected is full,
 * nobody reads the pipe) is dropped, since none is worth that notifications wait for it; how many there were is told
 * with the next one that can be. What is left of a line that was written in part comes first then, so lines stay lines.
 *
 * pino's own way tries such a line for ever, and the process stands still meanwhile.
 */
export function logDestination(
  write: WriteBytes = (bytes) => writeSync(1, bytes),
  sleep: (ms: number) => void = standStill,
): DestinationStream {
  /** Of a line that was begun. */
  let rest: Uint8Array = nothing
  let dropped = 0
  return {
    write(line) {
      const loss = dropped === 0 ? nothing : Buffer.from(lossLine(dropped))
      const bytes = Buffer.concat([rest, loss, Buffer.from(line)])
      // Whoever could not take the last one is not waited for again.
      const isWell = rest.length === 0 && dropped === 0
      const written = push(bytes, { write, sleep, patience: isWell ? tries : 1 })
      const [restEnd, lossEnd] = [rest.length, rest.length + loss.length]
      if (written > lossEnd) {
        rest = bytes.subarray(written)
        dropped = 0
      } else {
        const isTold = written > restEnd
        rest = bytes.subarray(written, isTold ? lossEnd : restEnd)
        dropped = isTold ? 1 : dropped + 1
      }
    },
  }
}

const nothing = new Uint8Array()

interface Push {
  readonly write: WriteBytes
  readonly sleep: (ms: number) => void
  readonly patience: number
}

/** @returns how many of the bytes were taken */
function push(bytes: Uint8Array, { write, sleep, patience }: Push): number {
  let written = 0
  for (let failures = 0; written < bytes.length;) {
    try {
      const taken = write(bytes.subarray(written))
      if (taken === 0) break
      written += taken
    } catch (error: unknown) {
      failures += 1
      if (failures >= patience || !isBusy(error)) break
      sleep(tryEveryMs)
    }
  }
  return written
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}

function lossLine(lines: number): string {
  const entry = { level: 'warn', time: new Date().toISOString(), lines, msg: 'lines of the log could not be written' }
  return `${JSON.stringify(entry)}\n`
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

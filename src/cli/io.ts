import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import { stopAtSignals } from './stopSignals.ts'

/** What a command may touch of its surroundings, so that tests can call it in process. */
export interface Io {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** All of standard input, as bytes. */
  readonly readStdin: () => Promise<Buffer>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Columns of the terminal; null when the output is no terminal. */
  readonly columns: number | null
  /** Milliseconds from any moment. */
  readonly elapsed: () => number
  /** Aborts when the process is to stop: long-running commands end in order. */
  readonly stopped: AbortSignal
  /** Lets the process end soon, whatever is still open: a call that was given up and is not answered, say. */
  readonly leave: () => void
}

/** For what ends by itself in a moment. */
const patienceMs = 500

const elapsed = (): number => performance.now()

export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readStdin: async () => {
      const parts: Buffer[] = []
      for await (const part of process.stdin as AsyncIterable<Buffer>) parts.push(part)
      return Buffer.concat(parts)
    },
    environment: process.env,
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    elapsed,
    leave: () => void setTimeout(() => process.exit(), patienceMs).unref(),
    stopped: stopAtSignals({
      process,
      hasTerminal: [0, 1, 2].some((descriptor) => isatty(descriptor)),
      elapsed,
      exit: (code) => process.exit(code),
    }),
  }
}

/**
 * The bytes of a file, or of standard input for `-`.
 * @throws GatewayError INPUT_UNREADABLE
 */
export async function readInput(name: string, io: Io): Promise<Buffer> {
  if (name === '-') return io.readStdin()
  try {
    return readFileSync(name)
  } catch (error) {
    throw new GatewayError('INPUT_UNREADABLE', `${name} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

import { constants, openSync, readFileSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'
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
  const stopped = stopAtSignals({
    process,
    hasTerminal: [0, 1, 2].some((descriptor) => isatty(descriptor)),
    elapsed,
    exit: (code) => process.exit(code),
  })
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readStdin: async () => readAll(process.stdin, stopped),
    environment: process.env,
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    elapsed,
    leave: () => void setTimeout(() => process.exit(), patienceMs).unref(),
    stopped,
  }
}

/**
 * The bytes of a file, or of standard input for `-`.
 * @throws GatewayError INPUT_UNREADABLE, COMMAND_BROKEN_OFF
 */
export async function readInput(name: string, io: Io): Promise<Buffer> {
  if (name === '-') return io.readStdin()
  try {
    return statSync(name).isFIFO() ? await readAll(openPipe(name), io.stopped) : readFileSync(name)
  } catch (error) {
    if (error instanceof GatewayError) throw error
    throw new GatewayError('INPUT_UNREADABLE', `${name} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

/** Neither to open it nor to read it holds the process up, however long nobody writes into it. */
function openPipe(name: string): Readable {
  return new Socket({ fd: openSync(name, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false })
}

/** To the end, unless the process is to stop before. @throws GatewayError COMMAND_BROKEN_OFF */
async function readAll(stream: Readable, stopped: AbortSignal): Promise<Buffer> {
  try {
    const parts: Buffer[] = []
    for await (const part of addAbortSignal(stopped, stream) as AsyncIterable<Buffer>) parts.push(part)
    return Buffer.concat(parts)
  } catch (error) {
    if (!stopped.aborted) throw error
    throw new GatewayError('COMMAND_BROKEN_OFF', 'the command was broken off before it had read all', {
      cause: error,
      hint: 'Nothing was done with it: give the command again.',
    })
  }
}

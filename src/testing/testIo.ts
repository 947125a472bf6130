import type { Io } from '../cli/io.ts'

export interface TestIo {
  readonly io: Io
  readonly out: () => string
  readonly err: () => string
  readonly stop: () => void
}

/** Surroundings of a command for tests that call it in process. */
export function testIo(
  given: {
    readonly stdin?: string | Uint8Array
    readonly environment?: Readonly<Record<string, string>>
    /** @default no time passes */
    readonly elapsed?: () => number
  } = {},
): TestIo {
  let out = ''
  let err = ''
  const stop = new AbortController()
  return {
    io: {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      readStdin: async () => Buffer.from(given.stdin ?? ''),
      environment: given.environment ?? {},
      columns: null,
      elapsed: given.elapsed ?? (() => 0),
      stopped: stop.signal,
      leave: () => undefined,
    },
    out: () => out,
    err: () => err,
    stop: () => stop.abort(),
  }
}

import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import type { SnsReach } from '../compose/snsParts.ts'
import type { Config } from '../config/schema.ts'
import type { InputOf, OperationName, OutputOf } from '../control/call.ts'
import type { Io } from './io.ts'
import { json } from './output.ts'
import { runOperation } from './session.ts'

/** What the command files share: configuration, operations and printing, bound to one call. */
export interface CommandContext {
  readonly io: Io
  readonly config: () => Config
  readonly ask: <Name extends OperationName>(name: Name, input: InputOf<Name>) => Promise<OutputOf<Name>>
  /** Prints the value as JSON if `--json` was given, else as `text` makes it. */
  readonly print: <Value>(value: Value, text: (value: Value) => string) => void
  readonly setExitCode: (code: number) => void
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly config?: string
  readonly json?: boolean
}

export type CommandFile = (program: Command, host: CommandHost) => void

export interface CommandHost {
  readonly io: Io
  readonly setExitCode: (code: number) => void
  /** For tests: who answers in SNS's place where no gateway runs. */
  readonly snsReach?: Partial<SnsReach>
}

export function contextOf(command: Command, host: CommandHost): CommandContext {
  const options: CommonOptions = command.optsWithGlobals()
  const { io } = host
  const config = (): Config => loadConfig(options.config, io.environment)
  // On standard error: what is printed on the other may go into a file.
  const asker = { signal: io.stopped, progress: (text: string): void => io.err(`${text}\n`) }
  return {
    io,
    config,
    ask: (name, input) => runOperation(config(), name, input, { asker, snsReach: host.snsReach }),
    print: (value, text) => io.out(options.json === true ? json(value) : text(value)),
    setExitCode: host.setExitCode,
  }
}

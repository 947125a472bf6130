import { CommanderError } from 'commander'
import { GatewayError } from '../errors/gatewayError.ts'
import { exitCodes, reportFailure } from './fail.ts'
import { type Io, processIo } from './io.ts'
import type { SnsReach } from '../compose/snsParts.ts'
import { buildProgram } from './program.ts'

/**
 * Runs one command.
 * @param argv the arguments after the program's name
 * @param snsReach for tests: who answers in SNS's place
 * @returns the exit code: 0 done, 1 failed, 2 usage
 */
export async function runCommand(argv: readonly string[], io: Io, snsReach: Partial<SnsReach> = {}): Promise<number> {
  let exitCode: number = exitCodes.done
  const program = buildProgram({ io, setExitCode: (code) => (exitCode = code), snsReach })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    const asJson = argv.includes('--json')
    if (!(error instanceof CommanderError)) return reportFailure(error, io, asJson)
    // Commander throws for --help and --version too, and where a command is missing, after printing.
    if (error.exitCode === 0) return exitCodes.done
    if (error.code === 'commander.help') return exitCodes.usage
    return reportFailure(new GatewayError('COMMAND_USAGE', wordsOf(error)), io, asJson)
  }
}

/** On one line, as every error is. */
function wordsOf({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The entry of `bin/civicrm-ses.js`. */
export async function run(argv: readonly string[]): Promise<void> {
  // `civicrm-ses … | head` closes the pipe early: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
  })
  process.exitCode = await runCommand(argv, processIo())
}

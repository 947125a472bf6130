import { CommanderError } from 'commander'
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
    // Commander throws for --help and --version too, with code 0, after printing.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    return reportFailure(error, io, argv.includes('--json'))
  }
}

/** The entry of `bin/civicrm-ses.js`. */
export async function run(argv: readonly string[]): Promise<void> {
  // `civicrm-ses … | head` closes the pipe early: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
  })
  process.exitCode = await runCommand(argv, processIo())
}

import { failureOf } from '../control/wire.ts'
import type { Io } from './io.ts'
import { jsonLine, printable } from './output.ts'

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const

/**
 * Prints what went wrong and what to do, never a stack trace unless asked for.
 * @returns the exit code
 */
export function reportFailure(error: unknown, io: Io, asJson: boolean): number {
  const failure = failureOf(error)
  if (asJson) io.out(jsonLine({ error: failure }))
  else io.err(`error ${failure.code}: ${printable(failure.message)}\nWhat to do: ${failure.hint}\n`)
  if (io.environment['CIVICRM_SES_DEBUG'] === '1' && error instanceof Error) io.err(`${error.stack ?? ''}\n`)
  return failure.code === 'COMMAND_USAGE' ? exitCodes.usage : exitCodes.failed
}

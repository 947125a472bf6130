import type { z } from 'zod'
import { GatewayError } from '../errors/gatewayError.ts'
import { plainIssues } from '../errors/plainIssues.ts'
import type { OperationContext } from './context.ts'
import type { Asker } from './operation.ts'
import { operations } from './operations.ts'

export type OperationName = keyof typeof operations
export type InputOf<Name extends OperationName> = z.input<(typeof operations)[Name]['input']>
export type OutputOf<Name extends OperationName> = Awaited<ReturnType<(typeof operations)[Name]['run']>>

/**
 * Runs an operation by name on unchecked input.
 * @throws GatewayError COMMAND_USAGE for an unknown name or bad input, COMMAND_BROKEN_OFF, and whatever the operation throws
 */
export async function callOperation(
  context: OperationContext,
  name: string,
  input: unknown,
  asker: Asker,
): Promise<unknown> {
  if (!isOperationName(name)) throw new GatewayError('COMMAND_USAGE', `there is no operation "${name}"`)
  const { run } = operations[name]
  const checked = checkInput(name, input)
  try {
    // oxlint-disable-next-line no-unsafe-type-assertion -- schema and function belong together, but a union of functions cannot say so
    return await (run as (context: OperationContext, input: unknown, asker: Asker) => unknown)(context, checked, asker)
  } catch (error) {
    // As it has it from its asker's signal, which would look like a fault of the gateway.
    if (!asker.signal.aborted || error !== asker.signal.reason) throw error
    throw new GatewayError('COMMAND_BROKEN_OFF', 'the operation was broken off', { cause: error })
  }
}

/** The input as the operation takes it. @throws GatewayError COMMAND_USAGE */
export function checkInput(name: OperationName, input: unknown): unknown {
  const checked = operations[name].input.safeParse(input)
  if (checked.success) return checked.data
  const mistakes = plainIssues(checked.error.issues).map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new GatewayError('COMMAND_USAGE', mistakes.join('; '))
}

/** What an operation needs of what is stored, where it is done without a gateway. */
export type Need =
  /** Nothing: it only looks. */
  | 'look'
  /** What is stored, to change it. */
  | 'change'
  /** A place; it may be the first that is stored there. */
  | 'begin'

/** @param input as `checkInput` made it */
export function needOf(name: OperationName, input: unknown): Need {
  const { writes, begins } = operations[name]
  if (!writes) return 'look'
  if (begins === undefined) return 'change'
  // oxlint-disable-next-line no-unsafe-type-assertion -- as in callOperation
  return (begins as (input: unknown) => boolean)(input) ? 'begin' : 'look'
}

function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name)
}

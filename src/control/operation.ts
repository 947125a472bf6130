import type { z } from 'zod'
import type { OperationContext } from './context.ts'

/**
 * **Operation**: one thing that an administrator may ask of the gateway, with checked input and a
 * plain JSON answer. The command line calls it in its own process or through the control socket of a
 * running gateway; a page can call the same table later.
 */
export interface Operation<Input extends z.ZodType, Output> {
  readonly input: Input
  /** Whether it changes something or needs the running gateway; the others may read the database beside it. */
  readonly writes: boolean
  /**
   * Of one that writes: whether this may be the first that is stored; where not, it only looks. Others that write are
   * refused where nothing is stored yet: there is nothing to change, and it may be the wrong folder.
   */
  readonly begins?: (input: z.output<Input>) => boolean
  readonly run: (context: OperationContext, input: z.output<Input>, asker: Asker) => Promise<Output> | Output
}

/** Whoever asked for an operation and waits for its answer: what takes long looks at it from time to time. */
export interface Asker {
  /** Aborts when he has gone, or when the gateway stops: the operation ends at its next safe step. */
  readonly signal: AbortSignal
  /** Tells him how far it is, in a line. */
  readonly progress: (text: string) => void
}

/** Keeps the types of one operation without spelling them. */
export function operation<Input extends z.ZodType, Output>(
  definition: Operation<Input, Output>,
): Operation<Input, Output> {
  return definition
}

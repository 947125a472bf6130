import { z } from 'zod'
import { GatewayError, isErrorCode, messageOf } from '../errors/gatewayError.ts'
import { errorCatalogue } from '../errors/catalogue.ts'

/**
 * What goes over the control socket, over HTTP on a Unix socket: one JSON request, and in lines of JSON any number of
 * words on how far it is, then one answer.
 */
export const requestSchema = z.strictObject({ operation: z.string(), input: z.unknown() })

const failureSchema = z.object({ code: z.string(), message: z.string(), hint: z.string() })

export const answerSchema = z.union([
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: failureSchema }),
])

export const progressSchema = z.strictObject({ progress: z.string() })

export type Answer = z.output<typeof answerSchema>
export type Failure = z.output<typeof failureSchema>

/** Any thrown thing as code, message and what to do; an unexpected one is INTERNAL. */
export function failureOf(error: unknown): Failure {
  if (error instanceof GatewayError) return { code: error.code, message: error.message, hint: error.hint }
  return { code: 'INTERNAL', message: messageOf(error), hint: errorCatalogue.INTERNAL.hint }
}

/** The failure as an error again on the caller's side. */
export function errorOf(failure: Failure): GatewayError {
  const code = isErrorCode(failure.code) ? failure.code : 'INTERNAL'
  return new GatewayError(code, failure.message, { hint: failure.hint })
}

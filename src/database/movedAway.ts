import { GatewayError } from '../errors/gatewayError.ts'

/** How what triggers say begins, in a place that the installation has left (see src/installation). */
export const movedAway = 'STORAGE_MOVED: '

/** For a gateway that still works on such a place: what it tried to write is to be tried again, elsewhere. */
export function movedError(error: Error): GatewayError {
  return new GatewayError('STORAGE_MOVED', error.message.slice(movedAway.length), { cause: error })
}

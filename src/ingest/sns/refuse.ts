import type { ErrorCode } from '../../errors/catalogue.ts'
import type { Refusal } from './verdict.ts'

/** `reason` is for a person's diagnosis: it must hold no content of the message, no token, no URL. */
export function refuse(code: ErrorCode, reason: string): Refusal {
  return { ok: false, code, reason }
}

import type { BounceDetail } from '../ses/mailEvent.ts'

/** The enhanced code at the head of a diagnostic text: `smtp; 550 5.1.1 user unknown` (RFC 3463). */
const leadingCode = /^(?:[\w.-]{1,30} ?; ?)?(?:[245]\d\d[ -])?#?([245]\.\d{1,3}\.\d{1,3})(?![.\d])/i

const statusField = /^([245]\.\d{1,3}\.\d{1,3})(?![.\d])/

/**
 * The status that the delivery report gives: its own field, unless that is missing or says nothing
 * (`5.0.0`), then the code at the head of the diagnostic text. Null where neither is there.
 */
export function dsnStatus(bounce: BounceDetail): string | null {
  const field = statusField.exec(bounce.status ?? '')?.[1] ?? null
  if (field !== null && !field.endsWith('.0.0')) return field
  return leadingCode.exec(bounce.diagnosticCode ?? '')?.[1] ?? field
}

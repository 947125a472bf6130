import { headerValues } from '../ses/headers.ts'
import type { MailFacts } from '../ses/mailEvent.ts'
import { referenceOfListUnsubscribe } from './listUnsubscribe.ts'
import type { FoundReference, MailingReference, ReferenceSource, VerpSettings } from './reference.ts'
import { parseVerp } from './verp.ts'

type Step = readonly [ReferenceSource, (mail: MailFacts, verp: VerpSettings) => MailingReference | null]

/**
 * The correlation ladder, in the order of trust. FlexMailer writes the VERP address always into
 * X-CiviMail-Bounce; the return path may be a fixed one (since 5.59); the source is there even where SES
 * does not include headers. Not used: `job_id` (names no recipient) and Message-ID (SES replaces it).
 */
const ladder: readonly Step[] = [
  ['X-CiviMail-Bounce', (mail, verp) => firstAddress(headerValues(mail.headers, 'X-CiviMail-Bounce'), verp)],
  ['Return-Path', (mail, verp) => firstAddress(headerValues(mail.headers, 'Return-Path'), verp)],
  ['commonHeaders.returnPath', (mail, verp) => firstAddress([mail.returnPath ?? ''], verp)],
  ['mail.source', (mail, verp) => firstAddress([mail.source], verp)],
  ['List-Unsubscribe', (mail, verp) => firstLink(headerValues(mail.headers, 'List-Unsubscribe'), verp)],
]

/** The mailing reference of a mail, and where it was found; null where none of the site's form is in it. */
export function findReference(mail: MailFacts, verp: VerpSettings): FoundReference | null {
  for (const [from, read] of ladder) {
    const reference = read(mail, verp)
    if (reference !== null) return { ...reference, from }
  }
  return null
}

function firstAddress(values: readonly string[], verp: VerpSettings): MailingReference | null {
  return firstOf(values, (value) => parseVerp(value, verp))
}

function firstLink(values: readonly string[], verp: VerpSettings): MailingReference | null {
  return firstOf(values, (value) => referenceOfListUnsubscribe(value, verp))
}

function firstOf<T>(values: readonly string[], read: (value: string) => T | null): T | null {
  for (const value of values) {
    const found = read(value)
    if (found !== null) return found
  }
  return null
}

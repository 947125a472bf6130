import type { CrmError, CrmErrorKind } from '../../civicrm/crm.ts'
import { crmErrorCodes } from '../../civicrm/errorCode.ts'
import type { RecorderParts } from '../parts.ts'
import type { EventWork, Trouble } from '../state/eventWork.ts'

/**
 * Failures that one item among others may have caused, by its text or its ids: a firewall that stumbles
 * over a word answers 403 or a page, a bad value 500. Down, busy or silent is always the site.
 */
const causedByOne: ReadonlySet<CrmErrorKind> = new Set([
  'server',
  'reply',
  'credential',
  'permission',
  'address',
  'tooLarge',
])

/** Whether one item among others may have caused it. */
export function isCausedByOne(fault: CrmError): boolean {
  return causedByOne.has(fault.kind)
}

/** Whether a failed call may be tried again with fewer items, to find one at fault. Never where it may have been carried out. */
export function isDivisible(fault: CrmError): boolean {
  return !fault.unknown && causedByOne.has(fault.kind)
}

/**
 * Whether the request may have been too much for the site, so that the next ones should carry less: it says so (413,
 * 429), it took too long (504, no answer), or PHP ended in the middle, as it does where its memory or its time is
 * used up (500, a page, an empty or broken answer, a broken connection).
 */
export function isTooMuch(fault: CrmError): boolean {
  return fault.unknown || tooMuch.has(fault.kind)
}

const tooMuch: ReadonlySet<CrmErrorKind> = new Set(['overloaded', 'tooLarge', 'timeout', 'interrupted', 'server'])

export function siteTrouble(fault: CrmError, aside = false): Trouble {
  return { kind: 'site', code: crmErrorCodes[fault.kind], reason: fault.message, aside }
}

/** What is left of calls that the site failed; somebody has to remain for the next attempt. */
export function meetSiteFault(
  works: readonly EventWork[],
  { siteFault, unclear }: { readonly siteFault: CrmError; readonly unclear: readonly EventWork[] },
): void {
  const others = works.some((work) => !unclear.includes(work))
  for (const work of works) work.meet(siteTrouble(siteFault, others && unclear.includes(work)))
}

export function failedTrouble(reason: string): Trouble {
  return { kind: 'failed', code: 'RECORD_FAILED', reason }
}

/** For what a gateway that stops no longer begins. */
export const postponedTrouble = {
  kind: 'stopped',
  code: 'RECORD_POSTPONED',
  reason: 'the work ended before it was recorded',
} as const satisfies Trouble

/** For what somebody else has begun meanwhile: one who has just lost the lane, and goes on until he hears of it. */
export function elsewhereTrouble({ clock, limits }: Pick<RecorderParts, 'clock' | 'limits'>): Trouble {
  return unknownTrouble(clock.now() + limits.leaseMs, 'it is being recorded elsewhere')
}

/** For a wait until the call can no longer be running. */
export function unknownTrouble(until: number, reason: string): Trouble {
  return { kind: 'waits', until, code: 'RECORD_ANSWER_UNKNOWN', reason }
}

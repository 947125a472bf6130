import { sameAddress } from '../../ses/addresses.ts'
import type { BounceTypeName } from '../bounceTypes.ts'
import type { CountedBounce } from '../counting.ts'
import type { AddressRow, CrmFacts } from '../crmFacts.ts'

/** Live rows of one address; null where nobody looked. */
export function rowsOf(facts: CrmFacts, address: string): readonly AddressRow[] | null {
  if (facts.addressRows === 'unread') return null
  return facts.addressRows.filter((row) => sameAddress(row.email, address))
}

/** Whether somebody released the address after the event: CiviCRM would count the late record as fresh. */
export function releasedSince(resetDate: number | null, occurredAt: number | null): boolean {
  return resetDate !== null && occurredAt !== null && resetDate > occurredAt
}

export function contactsOf(rows: readonly AddressRow[]): readonly number[] {
  return [...new Set(rows.map((row) => row.contactId))]
}

export interface Count {
  /** Rows that go on hold with this event; those on hold already are left alone. */
  readonly emailIds: readonly number[]
  /** The highest count among the rows, this event included. */
  readonly reached: number
}

/**
 * Counts as CiviCRM does (CRM/Mailing/Event/BAO/MailingEventBounce.php): bounces of one type since the
 * row's reset_date, against the type's threshold; 0 never holds.
 */
export function countBounce(
  rows: readonly AddressRow[],
  {
    bounceType,
    threshold,
    counted,
  }: { bounceType: BounceTypeName; threshold: number; counted: readonly CountedBounce[] },
): Count {
  const counts = rows.map((row) => ({
    row,
    count: 1 + counted.filter((one) => one.bounceType === bounceType && one.at >= (row.resetDate ?? one.at)).length,
  }))
  const due = counts.filter(({ row, count }) => threshold > 0 && count >= threshold && row.onHold === 0)
  return { emailIds: due.map(({ row }) => row.emailId), reached: Math.max(1, ...counts.map(({ count }) => count)) }
}

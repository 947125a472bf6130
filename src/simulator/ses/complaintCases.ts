import type { Complaint } from './feedback.ts'

/** One way in which a person complains, or seems to. */
export interface ComplaintCase {
  readonly name: string
  readonly feedbackType: string | null
  readonly subType: string | null
}

/** Types of RFC 5965 and its extensions as SES passes them on; many providers give none. */
export const complaintCases = [
  { name: 'abuse', feedbackType: 'abuse', subType: null },
  { name: 'none', feedbackType: null, subType: null },
  { name: 'fraud', feedbackType: 'fraud', subType: null },
  { name: 'other', feedbackType: 'other', subType: null },
  { name: 'not-spam', feedbackType: 'not-spam', subType: null },
  { name: 'auth-failure', feedbackType: 'auth-failure', subType: null },
  { name: 'virus', feedbackType: 'virus', subType: null },
  {
    name: 'OnAccountSuppressionList',
    feedbackType: null,
    subType: 'OnAccountSuppressionList',
  },
] as const satisfies readonly ComplaintCase[]

/** @param addresses all who may have complained; only one is certain */
export function complaintOf(complaintCase: ComplaintCase, addresses: readonly string[], at: number): Complaint {
  const { feedbackType, subType } = complaintCase
  const reported = subType === null
  return {
    kind: 'complaint',
    at,
    recipients: addresses.map((emailAddress) => ({ emailAddress })),
    feedbackType,
    subType,
    userAgent: reported ? 'ExampleMail-Feedback/1.0' : null,
    // With an offset, as providers write it: not every time of SES ends in Z.
    arrivalDate: reported ? `${new Date(at - 5 * 3_600_000).toISOString().slice(0, 23)}-05:00` : null,
  }
}

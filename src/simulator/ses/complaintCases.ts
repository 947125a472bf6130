import type { Complaint } from './feedback.ts'

/** One way in which a person complains, or seems to. */
export interface ComplaintCase {
  readonly name: string
  readonly feedbackType: string | null
  readonly subType: string | null
  readonly said: string
}

/** Types of RFC 5965 and its extensions as SES passes them on; many providers give none. */
export const complaintCases = [
  { name: 'abuse', feedbackType: 'abuse', subType: null, said: 'marked the mail as spam' },
  { name: 'none', feedbackType: null, subType: null, said: 'complained; the provider gives no type' },
  { name: 'fraud', feedbackType: 'fraud', subType: null, said: 'reported the mail as fraud' },
  { name: 'other', feedbackType: 'other', subType: null, said: 'complained for another reason' },
  { name: 'not-spam', feedbackType: 'not-spam', subType: null, said: 'took the mail out of the spam folder' },
  { name: 'auth-failure', feedbackType: 'auth-failure', subType: null, said: "a provider's report on authentication" },
  { name: 'virus', feedbackType: 'virus', subType: null, said: "a provider's report on a virus" },
  {
    name: 'OnAccountSuppressionList',
    feedbackType: null,
    subType: 'OnAccountSuppressionList',
    said: 'not sent: the address complained before',
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

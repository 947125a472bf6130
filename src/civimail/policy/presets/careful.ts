import type { PolicyContent } from '../schema.ts'
import {
  complaintRules,
  lastBounceRules,
  permanentRules,
  senderFaultRules,
  silentRules,
  transientRules,
} from './shared.ts'

/** Softer where SES guesses: good contacts are not lost to holidays, filters and unclear reports. */
export const careful: PolicyContent = {
  name: 'careful',
  version: 1,
  sharedAddressLimit: 5,
  rules: [
    ...permanentRules,
    {
      rule: 'bounce-undetermined',
      when: { kind: 'bounce', bounceType: 'Undetermined' },
      effects: [{ effect: 'bounce', bounceType: 'Relay' }],
      because: 'SES could not find out why the mail bounced, so the address gets the benefit of the doubt.',
    },
    {
      // RFC 3463 3.2: these two are about the sender's address, unlike all others of 5.1.
      rule: 'bounce-transient-sender-refused',
      when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: 'General', status: ['5.1.7', '5.1.8'] },
      effects: [{ effect: 'bounce', bounceType: 'Relay' }],
      because: 'The receiving side finds fault with the address of the sender, which says nothing about the recipient.',
    },
    {
      rule: 'bounce-transient-bad-address',
      when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: 'General', status: ['5.1', '5.4.4'] },
      effects: [{ effect: 'bounce', bounceType: 'Invalid' }],
      because:
        'SES calls the failure passing, but the receiving side says that the address or its domain does not exist.',
    },
    {
      rule: 'bounce-automatic-reply',
      when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: 'General', dsn: false },
      effects: [{ effect: 'bounce', bounceType: 'Away' }],
      because: 'No delivery report came with it, so it is most likely an out-of-office reply.',
    },
    {
      rule: 'bounce-transient-general',
      when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: 'General' },
      effects: [{ effect: 'bounce', bounceType: 'Relay' }],
      because: 'The mail could not be delivered for now.',
    },
    {
      rule: 'bounce-content-rejected',
      when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: ['ContentRejected', 'AttachmentRejected'] },
      effects: [{ effect: 'bounce', bounceType: 'Relay' }],
      because: 'The receiving server refused what the mail contains, which says little about the address.',
    },
    ...transientRules,
    ...lastBounceRules,
    ...complaintRules,
    ...senderFaultRules,
    ...silentRules,
  ],
}

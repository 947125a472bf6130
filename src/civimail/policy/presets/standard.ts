import type { PolicyContent } from '../schema.ts'
import {
  complaintRules,
  lastBounceRules,
  permanentRules,
  senderFaultRules,
  silentRules,
  transientRules,
} from './shared.ts'

/** The default: what CiviCRM's users of SES know, without its accidents. */
export const standard: PolicyContent = {
  name: 'standard',
  version: 1,
  sharedAddressLimit: null,
  rules: [
    ...permanentRules,
    {
      rule: 'bounce-undetermined',
      when: { kind: 'bounce', bounceType: 'Undetermined' },
      effects: [{ effect: 'bounce', bounceType: 'Invalid' }],
      because: 'SES could not find out why the mail bounced; it counts as an invalid address.',
    },
    {
      rule: 'bounce-transient-general',
      when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: 'General' },
      effects: [{ effect: 'bounce', bounceType: 'Relay' }],
      because: 'The mail could not be delivered for now, or an automatic reply came back.',
    },
    {
      rule: 'bounce-content-rejected',
      when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: ['ContentRejected', 'AttachmentRejected'] },
      effects: [{ effect: 'bounce', bounceType: 'Spam' }],
      because: 'The receiving server refused what the mail contains.',
    },
    ...transientRules,
    ...lastBounceRules,
    ...complaintRules,
    ...senderFaultRules,
    ...silentRules,
  ],
}

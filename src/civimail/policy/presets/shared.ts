import type { PolicyRule } from '../schema.ts'

/** Rules that both presets have, as data. Their order within a preset decides: the first that fits. */

export const permanentRules: readonly PolicyRule[] = [
  {
    rule: 'bounce-unsubscribed',
    when: { kind: 'bounce', bounceType: 'Permanent', bounceSubType: 'UnsubscribedRecipient' },
    effects: [{ effect: 'optOut' }],
    because: 'The person has unsubscribed by way of SES, so nothing was sent; the address itself is good.',
  },
  {
    rule: 'bounce-permanent',
    when: {
      kind: 'bounce',
      bounceType: 'Permanent',
      bounceSubType: ['General', 'NoEmail', 'Suppressed', 'OnAccountSuppressionList'],
    },
    effects: [{ effect: 'bounce', bounceType: 'Invalid' }],
    because: 'The address does not exist, refuses mail for good, or SES no longer sends to it.',
  },
  {
    rule: 'bounce-permanent-other',
    when: { kind: 'bounce', bounceType: 'Permanent' },
    effects: [{ effect: 'bounce', bounceType: 'Invalid' }],
    because: 'SES calls the failure permanent, with a subtype that has no rule of its own.',
  },
]

export const transientRules: readonly PolicyRule[] = [
  {
    rule: 'bounce-mailbox-full',
    when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: 'MailboxFull' },
    effects: [{ effect: 'bounce', bounceType: 'Quota' }],
    because: 'The mailbox is full.',
  },
  {
    rule: 'bounce-message-too-large',
    when: { kind: 'bounce', bounceType: 'Transient', bounceSubType: 'MessageTooLarge' },
    effects: [{ effect: 'bounce', bounceType: 'Relay' }],
    because: 'The mail was too large for the receiving server, which says little about the address.',
  },
]

export const lastBounceRules: readonly PolicyRule[] = [
  {
    rule: 'bounce-transient-other',
    when: { kind: 'bounce', bounceType: 'Transient' },
    effects: [{ effect: 'bounce', bounceType: 'Relay' }],
    because: 'SES gave up after a passing failure, with a subtype that has no rule of its own.',
  },
  {
    rule: 'bounce-unknown-type',
    when: { kind: 'bounce' },
    effects: [{ effect: 'bounce', bounceType: 'Syntax' }],
    because: 'SES gives a type of bounce that has no rule of its own.',
  },
]

export const complaintRules: readonly PolicyRule[] = [
  {
    rule: 'complaint-not-spam',
    when: { kind: 'complaint', feedbackType: 'not-spam' },
    effects: [],
    because: 'The recipient marked the mail as not spam, which is the opposite of a complaint.',
  },
  {
    rule: 'complaint-technical',
    when: { kind: 'complaint', feedbackType: ['auth-failure', 'virus'] },
    effects: [],
    because: 'The report is about authentication or a virus; the recipient did not complain.',
  },
  {
    rule: 'complaint-suppressed',
    when: { kind: 'complaint', complaintSubType: ['OnAccountSuppressionList', 'OnTenantSuppressionList'] },
    effects: [{ effect: 'optOut' }],
    because: 'Nothing was sent, since the address is on the suppression list for a complaint made before.',
  },
  {
    rule: 'complaint',
    when: { kind: 'complaint', feedbackType: ['abuse', 'fraud', 'other', 'none'] },
    effects: [{ effect: 'bounce', bounceType: 'Spam' }, { effect: 'optOut' }],
    because: 'The recipient reported the mail as unwanted.',
  },
  {
    // RFC 5965 section 3.1: a feedback type that is not known is to be treated as "other".
    rule: 'complaint-other',
    when: { kind: 'complaint' },
    effects: [{ effect: 'bounce', bounceType: 'Spam' }, { effect: 'optOut' }],
    because: 'The recipient reported the mail, with a feedback type that has no rule of its own.',
  },
]

export const senderFaultRules: readonly PolicyRule[] = [
  {
    rule: 'reject',
    when: { kind: 'reject' },
    effects: [{ effect: 'alarm' }],
    because: 'It was not sent because of its contents, so no recipient can be blamed.',
  },
  {
    rule: 'rendering-failure',
    when: { kind: 'renderingFailure' },
    effects: [{ effect: 'alarm' }],
    because: 'Nothing was sent, and no recipient can be blamed.',
  },
]

export const silentRules: readonly PolicyRule[] = [
  {
    rule: 'delivery',
    when: { kind: 'delivery' },
    effects: [],
    because: 'The receiving server took the mail.',
  },
  {
    rule: 'delivery-delay',
    when: { kind: 'deliveryDelay' },
    effects: [],
    because: 'SES goes on trying; should it give up, a bounce follows.',
  },
  {
    rule: 'no-effect',
    when: { kind: ['send', 'open', 'click', 'subscription'] },
    effects: [],
    because: 'It is neither a bounce nor a complaint.',
  },
]

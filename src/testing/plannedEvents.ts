import type { Decision, Effect } from '../civimail/decision.ts'
import { eventKey } from '../ledger/key.ts'
import type { PlannedEvent } from '../ledger/ledger.ts'
import type { MailEvent } from '../ses/mailEvent.ts'

export const occurredAt = Date.UTC(2026, 5, 2, 8, 20, 5)

/** A hard bounce of the person with this number. */
export function mailEvent(number: number, more: Partial<MailEvent> = {}): MailEvent {
  const recipient = `person${number}@example.org`
  return {
    kind: 'bounce',
    dialect: 'eventPublishing',
    recipient,
    sesMessageId: `0102018f-${number}`,
    feedbackId: `feedback-${number}`,
    timestamp: new Date(occurredAt).toISOString(),
    occurredAt,
    bounce: {
      type: 'Permanent',
      subType: 'General',
      status: '5.1.1',
      action: 'failed',
      diagnosticCode: 'smtp; 550 5.1.1 unknown user “x”',
      dsn: true,
    },
    complaint: null,
    namedRecipients: 1,
    class: 'Permanent',
    mail: {
      source: 'info@example.org',
      destinations: [recipient],
      headers: [{ name: 'Subject', value: 'Zoë’s news' }],
      headersTruncated: false,
      from: ['info@example.org'],
      to: [recipient],
      returnPath: null,
      sentAt: occurredAt - 1000,
      tags: { 'ses:configuration-set': ['mailings'] },
    },
    detail: { bounceType: 'Permanent' },
    ...more,
  }
}

export function bounceEffect(queueId: number, more: Partial<Extract<Effect, { effect: 'bounce' }>> = {}): Effect {
  const reference = { jobId: 2, queueId, hash: 'zzinafzl1gunbnsy', action: 'b', domain: 'crm.example.org' }
  return { effect: 'bounce', bounceType: 'Invalid', reference, reason: 'unknown user', ...more }
}

export function holdEffect(address: string, more: Partial<Extract<Effect, { effect: 'hold' }>> = {}): Effect {
  return { effect: 'hold', bounceType: 'Relay', address, emailIds: [], ...more }
}

export function optOutEffect(address: string, contactIds: readonly number[] = [7]): Effect {
  return { effect: 'optOut', address, contactIds }
}

export function decision(effects: readonly Effect[], more: Partial<Decision> = {}): Decision {
  return {
    rule: 'bounce-permanent',
    standing: effects.length === 0 ? 'none' : 'effective',
    effects,
    explanation: 'The address does not exist.',
    policy: 'standard@1',
    ...more,
  }
}

/** What the recorder hands to the ledger: by default a bounce on the person's queue row. */
export function planned(number: number, more: Partial<PlannedEvent> & { readonly site?: string } = {}): PlannedEvent {
  const event = more.event ?? mailEvent(number)
  return {
    key: eventKey(more.site ?? 'alpha', event),
    notificationId: 100 + number,
    event,
    reference: null,
    decision: decision([bounceEffect(3000 + number)]),
    at: occurredAt + 5000,
    ...more,
  }
}

import { addressOf, type DefectCase, outcomes, plainVerp } from './defectCase.ts'
import { oneReader } from './oneReader.ts'
import { verpMessage } from './verpMessage.ts'

/** D13, D14 and D19 to D24: what SES's words mean. */
export function meaningDefects(tag: string): readonly DefectCase[] {
  const reader = (id: string): string => addressOf(tag, id, 'reader')
  return [
    oneReader({
      tag,
      id: 'D13',
      title: 'not-spam punishes nobody',
      input: { kind: 'Complaint', feedbackType: 'not-spam' },
      verdict: { rule: 'complaint-not-spam', standing: 'none', effects: [] },
      outcome: outcomes.untouched,
    }),
    oneReader({
      tag,
      id: 'D14',
      title: 'a complaint for which nothing was sent is no fresh bounce',
      input: { kind: 'Complaint', feedbackType: null, complaintSubType: 'OnAccountSuppressionList' },
      verdict: { rule: 'complaint-suppressed', standing: 'effective', effects: ['optOut'] },
      outcome: outcomes.optedOut,
    }),
    {
      id: 'D19',
      title: 'three out-of-office replies do not hold an address',
      preset: 'careful',
      verp: plainVerp,
      people: { ana: { email: reader('D19') } },
      mailing: ['ana'],
      messages: ({ rowOf, now }) =>
        ['1', '2', '3'].map((messageId) =>
          verpMessage(rowOf('ana'), {
            kind: 'Bounce',
            bounceType: 'Transient',
            recipients: [reader('D19')],
            messageId: `${tag}-D19-${messageId}`,
            at: now,
          }),
        ),
      decisions: ['1', '2', '3'].map(() => ({
        recipient: reader('D19'),
        rule: 'bounce-automatic-reply',
        standing: 'effective',
        effects: ['bounce Away'],
      })),
      outcome: { ana: { bounces: ['Away', 'Away', 'Away'], onHold: 0, optedOut: false } },
    },
    oneReader({
      tag,
      id: 'D20',
      title: 'an undetermined bounce does not hold at once',
      preset: 'careful',
      input: { bounceType: 'Undetermined', bounceSubType: 'Undetermined' },
      verdict: { rule: 'bounce-undetermined', standing: 'effective', effects: ['bounce Relay'] },
      outcome: outcomes.relay,
    }),
    oneReader({
      tag,
      id: 'D20c',
      title: 'refused content does not hold at once',
      preset: 'careful',
      input: { bounceType: 'Transient', bounceSubType: 'ContentRejected' },
      verdict: { rule: 'bounce-content-rejected', standing: 'effective', effects: ['bounce Relay'] },
      outcome: outcomes.relay,
    }),
    oneReader({
      tag,
      id: 'D21',
      title: 'a recipient who unsubscribed is opted out, the address stays good',
      input: { bounceSubType: 'UnsubscribedRecipient' },
      verdict: { rule: 'bounce-unsubscribed', standing: 'effective', effects: ['optOut'] },
      outcome: outcomes.optedOut,
    }),
    oneReader({
      tag,
      id: 'D21t',
      title: "the sender's own time limit counts as a passing failure",
      input: { bounceType: 'Transient', bounceSubType: 'CustomTimeoutExceeded' },
      verdict: { rule: 'bounce-transient-other', standing: 'effective', effects: ['bounce Relay'] },
      outcome: outcomes.relay,
    }),
    oneReader({
      tag,
      id: 'D21u',
      title: 'an unknown subtype of a permanent failure counts as an invalid address',
      input: { bounceSubType: 'SomethingNew' },
      verdict: { rule: 'bounce-permanent-other', standing: 'effective', effects: ['bounce Invalid'] },
    }),
    oneReader({
      tag,
      id: 'D22',
      title: 'event publishing means the same as identity feedback',
      input: { dialect: 'eventPublishing' },
    }),
    {
      id: 'D23',
      title: 'the same bounce in both dialects and repeated by SNS is recorded once',
      preset: 'standard',
      verp: plainVerp,
      people: { ana: { email: reader('D23') } },
      mailing: ['ana'],
      messages: ({ rowOf, now }) => {
        const full = { kind: 'Bounce', bounceType: 'Transient', bounceSubType: 'MailboxFull' } as const
        const shared = { ...full, recipients: [reader('D23')], messageId: `${tag}-D23` }
        // Identity feedback may be cut to the second, and the feedback's id differ.
        const identity = verpMessage(rowOf('ana'), { ...shared, at: Math.floor(now / 1000) * 1000 })
        const published = verpMessage(rowOf('ana'), {
          ...shared,
          dialect: 'eventPublishing',
          feedbackId: '0100019f-another',
          at: now,
        })
        return [identity, published, identity]
      },
      decisions: [1, 2, 3].map(() => ({
        recipient: reader('D23'),
        rule: 'bounce-mailbox-full',
        standing: 'effective',
        effects: ['bounce Quota'],
      })),
      outcome: { ana: { bounces: ['Quota'], onHold: 0, optedOut: false } },
    },
    {
      id: 'D24',
      title: "SES's set-up message, which is no JSON, is accepted without effect",
      preset: 'standard',
      verp: plainVerp,
      people: { ana: { email: reader('D24') } },
      mailing: ['ana'],
      messages: () => ['Successfully validated SNS topic for Amazon SES event publishing.'],
      decisions: [],
      outcome: { ana: outcomes.untouched },
    },
  ]
}

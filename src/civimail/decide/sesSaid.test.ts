import { describe, expect, it } from 'vitest'
import { eventOf } from '../../testing/eventOf.ts'
import type { SesMessageInput } from '../../testing/sesMessage.ts'
import { sesSaid } from './sesSaid.ts'

const said = (input: Partial<SesMessageInput>, quoting?: boolean): string =>
  sesSaid(eventOf({ kind: 'Bounce', recipients: ['reader@example.net'], ...input }), quoting)
const complaint = (feedbackType: string | null, complaintSubType: string | null = null): string =>
  said({ kind: 'Complaint', feedbackType, complaintSubType })

describe('what SES said', () => {
  it('of a bounce quotes the receiving side, unless that is not wanted', () => {
    const recipients = [{ emailAddress: 'reader@example.net', diagnosticCode: 'smtp; 550 5.1.1\n no such' }]
    expect(said({ recipients })).toBe('SES says that the mail bounced: Permanent/General (550 5.1.1 no such).')
    expect(said({ recipients }, false)).toBe('SES says that the mail bounced: Permanent/General.')
    expect(said({ bounceType: '', bounceSubType: '' })).toBe('SES says that the mail bounced: no type given.')
  })

  it('takes the beginning of a long answer', () => {
    const recipients = [{ emailAddress: 'reader@example.net', diagnosticCode: `550 ${'very '.repeat(100)}` }]
    expect(said({ recipients })).toMatch(/^SES says that the mail bounced: Permanent\/General \(550 very .*…\)\.$/)
    expect(said({ recipients }).length).toBeLessThan(250)
  })

  it('of a complaint is a report of the provider, or of SES itself where nothing was sent', () => {
    expect(complaint('abuse')).toBe("SES passes on a report from the recipient's provider: abuse.")
    expect(complaint(null)).toBe("SES passes on a report from the recipient's provider: no type given.")
    expect(complaint('abuse', 'New')).toBe("SES passes on a report from the recipient's provider: abuse (New).")
    for (const list of ['OnAccountSuppressionList', 'OnTenantSuppressionList'])
      expect(complaint(null, list)).toBe(`SES itself reports a complaint: no type given (${list}).`)
  })

  it.each([
    ['Delivery', { smtpResponse: '250 ok' }, 'SES says that the mail was delivered (250 ok).'],
    ['DeliveryDelay', { delayType: 'MailboxFull' }, 'SES says that the delivery is delayed (MailboxFull).'],
    ['Send', {}, 'SES has taken the mail.'],
    ['Reject', { reason: 'Bad content' }, 'SES rejected the mail (Bad content).'],
    ['Rendering Failure', { errorMessage: 7 }, 'SES could not make the mail from its template.'],
    ['Open', {}, 'SES says that the mail was opened.'],
    ['Click', { link: 'https://example.org/' }, 'SES says that a link in the mail was clicked.'],
    [
      'Subscription',
      { contactList: 'news' },
      "SES says that the recipient's subscription to a contact list changed (news).",
    ],
    ['Novel', {}, 'SES reports an event of the kind novel, which is not known here.'],
  ])('of a %s is a sentence', (kind, detail, sentence) => {
    expect(said({ kind, detail, destinations: ['reader@example.net'] })).toBe(sentence)
  })
})

import { describe, expect, it } from 'vitest'
import { addressRow, decided, queueRow, reader, reference } from '../../testing/decided.ts'
import { defaultBounceTypes } from '../bounceTypes.ts'
import { presets } from '../policy/presets.ts'

describe('by the mailing reference', () => {
  it('records the bounce on the queue row, with what SES said', () => {
    const recipients = [{ emailAddress: reader, status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' }]
    expect(decided({ recipients })).toEqual({
      rule: 'bounce-permanent',
      standing: 'effective',
      policy: 'standard@1',
      effects: [
        {
          effect: 'bounce',
          bounceType: 'Invalid',
          reference,
          reason: 'SES Permanent/General 550 5.1.1 user unknown',
        },
      ],
      explanation:
        'SES says that the mail bounced: Permanent/General (550 5.1.1 user unknown). ' +
        'The address does not exist, refuses mail for good, or SES no longer sends to it. ' +
        'On its mailing this is a bounce of the type Invalid; CiviCRM holds the address at once.',
    })
  })

  it('does so where queue rows cannot be read', () => {
    expect(decided({}, { queueRow: 'unread' })).toMatchObject({
      rule: 'bounce-permanent',
      effects: [{ effect: 'bounce' }],
    })
  })

  it('records nothing where they cannot be read and nobody has the address: the row may have another one today', () => {
    for (const kind of ['Bounce', 'Complaint']) {
      const facts = { queueRow: 'unread', addressRows: [addressRow(1, { email: 'new@example.net' })] } as const
      const decision = decided({ kind }, facts)
      expect(decision).toMatchObject({ rule: 'address-unknown', standing: 'none', effects: [] })
      expect(decision.explanation).toMatch(/The API key may not see .*, and no live contact has the address/)
    }
  })

  it('does so where the e-mail row was deleted: it holds nobody', () => {
    const facts = { queueRow: queueRow({ email: null, emailId: null }), addressRows: [] }
    expect(decided({}, facts)).toMatchObject({ standing: 'effective', effects: [{ effect: 'bounce' }] })
  })

  it('charges the mailing for a forwarded mail, whatever the last server calls the recipient', () => {
    const forwarded = { recipients: ['elsewhere@example.com'], destinations: [reader] }
    expect(decided(forwarded)).toMatchObject({ effects: [{ effect: 'bounce', reference }] })
    expect(decided({ ...forwarded, kind: 'Complaint' })).toMatchObject({
      effects: [
        { effect: 'bounce', bounceType: 'Spam' },
        { effect: 'optOut', address: reader, contactIds: [101] },
      ],
    })
  })

  it('believes the queue row where the record does not say who was To', () => {
    const unclear = { headers: null, destinations: ['other@example.net', reader] }
    expect(decided(unclear)).toMatchObject({ effects: [{ effect: 'bounce' }] })
    const unread = decided(unclear, { queueRow: 'unread' })
    expect(unread).toMatchObject({ effects: [{ effect: 'hold', emailIds: [1] }] })
    expect(unread.explanation).toContain('which of them the mailing was for cannot be known')
  })

  it('opts out every live contact with the address after a complaint', () => {
    const facts = {
      addressRows: [
        addressRow(1),
        addressRow(2),
        addressRow(3, { email: 'other@example.net' }),
        addressRow(4, { contactId: 102 }),
      ],
    }
    const decision = decided({ kind: 'Complaint' }, facts)
    expect(decision).toMatchObject({
      rule: 'complaint',
      effects: [
        { effect: 'bounce', bounceType: 'Spam', reason: 'SES Complaint/abuse the recipient complained about the mail' },
        { effect: 'optOut', address: reader, contactIds: [101, 102] },
      ],
    })
    expect(decision.explanation).toContain('Both contacts with the address are opted out.')
  })

  it('records a complaint on the mailing where no live contact is left to opt out', () => {
    const decision = decided({ kind: 'Complaint' }, { addressRows: [] })
    expect(decision).toMatchObject({ standing: 'effective', effects: [{ effect: 'bounce' }] })
    expect(decision.explanation).toContain('nobody is opted out')
  })

  it('has no limit of shared addresses: the complaint is proven', () => {
    const addressRows = Array.from({ length: 9 }, (_, index) => addressRow(index + 1))
    const decision = decided({ kind: 'Complaint' }, { addressRows }, { policy: presets.careful })
    expect(decision).toMatchObject({ standing: 'effective', effects: [{}, { contactIds: { length: 9 } }] })
  })

  it('leaves an address alone that is on hold by opt-out, which CiviCRM would overwrite', () => {
    const facts = { addressRows: [addressRow(1, { onHold: 2 }), addressRow(2)] }
    expect(decided({}, facts)).toMatchObject({ rule: 'held-by-opt-out', standing: 'none', effects: [] })
    expect(decided({ kind: 'Complaint' }, facts)).toMatchObject({
      rule: 'complaint',
      effects: [{ effect: 'optOut', contactIds: [101, 102] }],
    })
    expect(decided({}, { addressRows: [addressRow(1, { onHold: 1 })] })).toMatchObject({
      effects: [{ effect: 'bounce' }],
    })
    // Which of the two rows was mailed cannot be known here.
    expect(decided({}, { ...facts, queueRow: 'unread' })).toMatchObject({ effects: [{ effect: 'bounce' }] })
  })

  it('says how the threshold stands', () => {
    const full = { bounceType: 'Transient', bounceSubType: 'MailboxFull' }
    expect(decided(full).explanation).toContain('CiviCRM holds the address after 3 of this type.')
    const bounceTypes = { ...defaultBounceTypes, Quota: { id: 8, threshold: 0 } }
    expect(decided(full, {}, { bounceTypes }).explanation).toContain('never holds')
  })
})

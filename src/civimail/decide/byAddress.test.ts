import { describe, expect, it } from 'vitest'
import { addressRow, day, decided, queueRow, reader, reference, transactional } from '../../testing/decided.ts'
import { someTime } from '../../testing/sesMessage.ts'
import { defaultBounceTypes } from '../bounceTypes.ts'
import { presets } from '../policy/presets.ts'

describe('by the address', () => {
  it('holds by the thresholds of the site, since no queue row counts', () => {
    const hold = decided(transactional, { queueRow: 'unread', addressRows: [addressRow(1), addressRow(2)] })
    expect(hold).toMatchObject({
      rule: 'bounce-permanent',
      standing: 'effective',
      effects: [{ effect: 'hold', bounceType: 'Invalid', address: reader, emailIds: [1, 2] }],
    })
  })

  it('counts each row since its own release', () => {
    const soft = { ...transactional, bounceType: 'Transient', bounceSubType: 'MailboxFull' }
    const counted = [1, 2].map((days) => ({ bounceType: 'Quota', at: someTime - days * day }) as const)
    const addressRows = [
      addressRow(1),
      addressRow(2, { resetDate: someTime - 1.5 * day }),
      addressRow(3, { onHold: 1 }),
    ]
    const decision = decided(soft, { addressRows, counted })
    expect(decision).toMatchObject({ effects: [{ effect: 'hold', bounceType: 'Quota', emailIds: [1] }] })
    const second = decided(soft, { addressRows: [addressRow(1)], counted: counted.slice(1) })
    expect(second).toMatchObject({ standing: 'effective', effects: [{ effect: 'hold', emailIds: [] }] })
    expect(second.explanation).toContain('this is Quota bounce 2 of the 3 that put it on hold.')
    const more = [3, 2, 1].map((days) => ({ bounceType: 'Quota', at: someTime - days * day }) as const)
    expect(decided(soft, { addressRows: [addressRow(1, { onHold: 1 })], counted: more }).explanation).toContain(
      'this is Quota bounce 4, and 3 put it on hold, where it is already.',
    )
    expect(decided(soft, { counted: [{ bounceType: 'Invalid', at: someTime - day }] })).toMatchObject({
      effects: [{ emailIds: [] }],
    })
  })

  it('never holds at threshold 0, and leaves rows alone that are on hold', () => {
    const bounceTypes = { ...defaultBounceTypes, Invalid: { id: 6, threshold: 0 } }
    const never = decided(transactional, {}, { bounceTypes })
    expect(never).toMatchObject({ effects: [{ effect: 'hold', emailIds: [] }] })
    expect(never.explanation).toContain('counted and never hold.')
    const held = decided(transactional, { addressRows: [addressRow(1, { onHold: 1 }), addressRow(2, { onHold: 2 })] })
    expect(held).toMatchObject({ effects: [{ effect: 'hold', emailIds: [] }] })
    expect(held.explanation).toContain('where it is already')
  })

  it('finds the contact by the other form of a domain', () => {
    const idn = { ...transactional, recipients: ['Reader@xn--bcher-kva.example'] }
    expect(decided(idn, { addressRows: [addressRow(1, { email: 'reader@bücher.example' })] })).toMatchObject({
      effects: [{ effect: 'hold', address: 'reader@xn--bcher-kva.example', emailIds: [1] }],
    })
  })

  it('does nothing, and says so, where no live contact has the address', () => {
    for (const kind of ['Bounce', 'Complaint']) {
      const decision = decided(
        { ...transactional, kind },
        { addressRows: [addressRow(1, { email: 'other@example.net' })] },
      )
      expect(decision).toMatchObject({ rule: 'address-unknown', standing: 'none', effects: [] })
    }
  })

  it('opts out after a complaint, without a bounce', () => {
    expect(
      decided({ ...transactional, kind: 'Complaint' }, { addressRows: [addressRow(1), addressRow(2)] }),
    ).toMatchObject({
      rule: 'complaint',
      effects: [{ effect: 'optOut', contactIds: [101, 102] }],
    })
  })

  it('asks a person where careful finds the address with more than five contacts', () => {
    const [five, six] = [5, 6].map((count) => {
      const addressRows = Array.from({ length: count }, (_, index) => addressRow(index + 1))
      return decided({ ...transactional, kind: 'Complaint' }, { addressRows }, { policy: presets.careful })
    })
    expect(five).toMatchObject({ standing: 'effective', effects: [{ effect: 'optOut' }] })
    expect(six).toMatchObject({ rule: 'shared-address', standing: 'person', effects: [{ effect: 'alarm' }] })
    expect(six?.effects).toHaveLength(1)
    expect(six?.explanation).toContain('6 contacts share')
  })

  it('goes by the address where the hash of the queue row is another', () => {
    expect(decided({}, { queueRow: queueRow({ hash: 'aaaaaaaaaaaaaaaa' }) })).toMatchObject({
      effects: [{ effect: 'hold' }],
    })
    expect(decided({}, { queueRow: queueRow({ hash: reference.hash.toUpperCase() }) })).toMatchObject({
      effects: [{ effect: 'bounce' }],
    })
  })

  it('goes by the mailed address where the queue row has another one today', () => {
    const facts = { queueRow: queueRow({ email: 'new@example.net' }), addressRows: [addressRow(5)] }
    const decision = decided({}, facts)
    expect(decision).toMatchObject({ effects: [{ effect: 'hold', address: reader, emailIds: [5] }] })
    expect(decision.explanation).toContain('leads to another address today, not to the one that was mailed')
  })

  it('says nothing of the contact where the queue row is of another one', () => {
    const facts = {
      queueRow: queueRow({ contactId: 999, email: 'somebody@example.net' }),
      addressRows: [addressRow(5, { contactId: 105 })],
    }
    const decision = decided({}, facts)
    expect(decision).toMatchObject({ effects: [{ effect: 'hold', address: reader, emailIds: [5] }] })
    expect(decision.explanation).not.toContain('contact')
  })
})

import { describe, expect, it } from 'vitest'
import { addressRow, day, decided, queueRow, transactional } from '../../testing/decided.ts'
import { someTime } from '../../testing/sesMessage.ts'

describe('released since', () => {
  const released = someTime + day

  it('keeps an old bounce or complaint without effect', () => {
    for (const kind of ['Bounce', 'Complaint']) {
      expect(decided({ kind }, { queueRow: queueRow({ resetDate: released }) })).toMatchObject({
        rule: 'released-since',
        standing: 'none',
        effects: [],
      })
      const addressRows = [addressRow(1), addressRow(2, { resetDate: released })]
      expect(decided({ kind }, { queueRow: 'unread', addressRows })).toMatchObject({ rule: 'released-since' })
    }
  })

  it('looks at the mailed row only, where it can', () => {
    const addressRows = [addressRow(1), addressRow(2, { resetDate: released })]
    expect(decided({ kind: 'Complaint' }, { addressRows })).toMatchObject({
      effects: [{ effect: 'bounce' }, { effect: 'optOut', contactIds: [101] }],
    })
  })

  it('leaves out single rows by the address', () => {
    const addressRows = [addressRow(1), addressRow(2, { resetDate: released })]
    expect(decided(transactional, { addressRows })).toMatchObject({ effects: [{ emailIds: [1] }] })
    expect(decided(transactional, { addressRows: addressRows.slice(1) })).toMatchObject({ rule: 'released-since' })
  })

  it('counts what happened after the release', () => {
    expect(decided({}, { queueRow: queueRow({ resetDate: someTime - day }) })).toMatchObject({
      effects: [{ effect: 'bounce' }],
    })
    expect(decided({}, { queueRow: queueRow({ resetDate: someTime }) })).toMatchObject({ standing: 'effective' })
  })
})

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { day, decided, queueRow, reader, verpSource } from '../testing/decided.ts'
import { someTime } from '../testing/sesMessage.ts'
import { presets } from './policy/presets.ts'

const emails = fc.constantFrom(reader, 'READER@example.net', 'other@example.net', 'third@example.net')
const times = fc.option(fc.constantFrom(someTime - day, someTime + day))
const rows = fc.array(
  fc.record({
    emailId: fc.integer({ min: 1, max: 9 }),
    contactId: fc.integer({ min: 101, max: 109 }),
    email: emails,
    onHold: fc.constantFrom(0, 1, 2),
    resetDate: times,
    optedOut: fc.boolean(),
  }),
  { maxLength: 9 },
)
const queueRows = fc.oneof(
  fc.constantFrom('unread', 'gone'),
  fc.record({ email: fc.option(emails), resetDate: times }).map((row) => queueRow(row)),
)

it('touches nobody but the one whom SES names, whatever the facts', () => {
  fc.assert(
    fc.property(
      rows,
      queueRows,
      fc.constantFrom('Bounce', 'Complaint'),
      fc.constantFrom(verpSource, 'info@example.org'),
      fc.subarray([reader, 'other@example.net'], { minLength: 1 }),
      fc.constantFrom(presets.standard, presets.careful),
      (addressRows, queue, kind, source, recipients, policy) => {
        const { effects } = decided({ kind, source, recipients }, { addressRows, queueRow: queue }, { policy })
        const named = addressRows.filter(({ email }) => email.toLowerCase() === recipients[0])
        const held = effects.flatMap((one) => (one.effect === 'hold' ? one.emailIds : []))
        const optedOut = effects.flatMap((one) => (one.effect === 'optOut' ? one.contactIds : []))
        expect(named.map(({ emailId }) => emailId)).toEqual(expect.arrayContaining([...held]))
        expect(named.map(({ contactId }) => contactId)).toEqual(expect.arrayContaining([...optedOut]))

        const mailed = typeof queue === 'string' ? null : queue.email
        const onQueueRow = effects.some(({ effect }) => effect === 'bounce')
        expect(onQueueRow && (queue === 'gone' || (mailed !== null && mailed.toLowerCase() !== recipients[0]))).toBe(
          false,
        )
      },
    ),
  )
})

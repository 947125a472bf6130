import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { day, decided, hash, queueRow, reader, verpSource } from '../testing/decided.ts'
import { someTime } from '../testing/sesMessage.ts'
import type { AddressRow, CrmFacts, QueueRow } from './crmFacts.ts'
import { presets } from './policy/presets.ts'

const copy = 'other@example.net'
const forwarded = 'elsewhere@example.com'
const emails = fc.constantFrom(reader, reader, 'READER@example.net', copy, 'third@example.net')
const times = fc.constantFrom(null, null, someTime - day, someTime + day)
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
const queueRows: fc.Arbitrary<CrmFacts['queueRow']> = fc.oneof(
  fc.constantFrom('unread', 'gone'),
  fc
    .record({ email: fc.option(emails), resetDate: times, hash: fc.constantFrom(hash, hash, hash, 'aaaaaaaaaaaaaaaa') })
    .map((row) => queueRow(row)),
)

/** Who got the mail, To first, and whom SES names of them: the one of a forwarded mail by another address. */
const mails = fc.oneof(
  fc.constantFrom([reader], [forwarded]).map((recipients) => ({ destinations: [reader], recipients })),
  fc
    .shuffledSubarray([reader, copy], { minLength: 1 })
    .map((recipients) => ({ destinations: [reader, copy], recipients })),
)

interface Case {
  readonly kind: 'Bounce' | 'Complaint'
  readonly source: string
  readonly headers: null | undefined
  readonly mail: { readonly destinations: readonly string[]; readonly recipients: readonly string[] }
  readonly facts: { readonly addressRows: readonly AddressRow[]; readonly queueRow: CrmFacts['queueRow'] }
  readonly policy: (typeof presets)['standard']
}
const cases: fc.Arbitrary<Case> = fc.record({
  kind: fc.constantFrom('Bounce', 'Complaint'),
  source: fc.constantFrom(verpSource, verpSource, verpSource, 'info@example.org'),
  headers: fc.constantFrom(null, undefined),
  mail: mails,
  facts: fc.record({ addressRows: rows, queueRow: queueRows }),
  policy: fc.constantFrom(presets.standard, presets.careful),
})

function decisionsOf({ kind, source, headers, mail, facts, policy }: Case) {
  const input = { kind, source, ...mail, ...(headers === null ? { headers } : {}) }
  return mail.recipients.map((recipient, index) => {
    // With one destination the address that was mailed counts, whatever the last server calls the recipient.
    const address = mail.destinations.length === 1 ? reader : recipient
    return { address, ...decided(input, facts, { policy }, index) }
  })
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** Whether the queue row can be this recipient's, by everything that is known. */
function mayBeHis(address: string, { source, headers, mail, facts }: Case): boolean {
  const { queueRow: queue, addressRows } = facts
  if (source !== verpSource || queue === 'gone') return false
  const isTo = mail.destinations.length === 1 || (headers === undefined && address === reader)
  if (queue === 'unread') return isTo && addressRows.some(({ email }) => same(email, address))
  return queue.hash === hash && (queue.email === null ? isTo : same(queue.email, address))
}

it('touches nobody but the one whom SES names, whatever the facts', () => {
  fc.assert(
    fc.property(cases, (given) => {
      for (const { address, effects } of decisionsOf(given)) {
        const named = given.facts.addressRows.filter(({ email }) => same(email, address))
        const held = effects.flatMap((one) => (one.effect === 'hold' ? one.emailIds : []))
        const optedOut = effects.flatMap((one) => (one.effect === 'optOut' ? one.contactIds : []))
        expect(named.map(({ emailId }) => emailId)).toEqual(expect.arrayContaining([...held]))
        expect(named.map(({ contactId }) => contactId)).toEqual(expect.arrayContaining([...optedOut]))
        const onQueueRow = effects.some(({ effect }) => effect === 'bounce')
        expect(onQueueRow && !mayBeHis(address, given)).toBe(false)
      }
    }),
    { numRuns: 1000 },
  )
})

it('takes at most one of several complained recipients at their word', () => {
  fc.assert(
    fc.property(cases, (given) => {
      const touched = decisionsOf({ ...given, kind: 'Complaint' }).filter(({ effects }) => effects.length > 0)
      expect(touched.length).toBeLessThanOrEqual(1)
    }),
    { numRuns: 1000 },
  )
})

it('does nothing about anybody who was released since', () => {
  const later = someTime + day
  fc.assert(
    fc.property(cases, (given) => {
      const release = <T extends AddressRow | QueueRow>(row: T): T => ({ ...row, resetDate: later })
      const { addressRows, queueRow: queue } = given.facts
      const facts = {
        addressRows: addressRows.map((row) => release(row)),
        queueRow: typeof queue === 'string' ? queue : release(queue),
      }
      for (const { effects } of decisionsOf({ ...given, facts })) expect(effects).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

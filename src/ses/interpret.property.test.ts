import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey, cleanAddress } from './addresses.ts'
import { interpret } from './interpret.ts'
import { knownKinds } from './mailEvent.ts'
import { onlyOne } from './record.ts'
import { oneLine } from './text.ts'

const kindNames = [
  'Bounce',
  'Complaint',
  'Delivery',
  'DeliveryDelay',
  'Send',
  'Open',
  'Rendering Failure',
  'Something New',
]
const words = fc.constantFrom(...kindNames, '__proto__', 'a@example.net', '2026-11-24T12:00:00Z')
const anything = fc.oneof(words, fc.jsonValue())

const addresses = fc.constantFrom(
  'a@example.net',
  'A@Example.NET',
  "o'brien@example.org",
  '"Doe, Jane" <jane@example.com>',
  'rfc822; müller@bücher.example',
  'b\u0000\r\n@example.net',
  ' ',
)
const odd = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: anything })
const recipients = fc.oneof(
  addresses,
  fc.record(
    { emailAddress: odd(addresses), status: odd(fc.constant('5.1.1')), action: odd(words), diagnosticCode: odd(words) },
    { requiredKeys: [] },
  ),
)
const lists = odd(fc.array(odd(recipients), { maxLength: 5 }))

/** The object of a kind, by its right names. */
const details = fc.record(
  {
    bounceType: odd(fc.constantFrom('Permanent', 'Transient', 'Undetermined')),
    bounceSubType: odd(fc.constantFrom('General', 'MailboxFull')),
    bouncedRecipients: lists,
    complainedRecipients: lists,
    delayedRecipients: lists,
    recipients: lists,
    complaintFeedbackType: odd(fc.constantFrom('abuse', 'not-spam', 'Not-Spam')),
    complaintSubType: odd(fc.constantFrom(null, 'OnAccountSuppressionList')),
    timestamp: odd(fc.constant('2026-11-24T12:00:00Z')),
    feedbackId: odd(fc.constant('0100019f-feedback')),
  },
  { requiredKeys: [] },
)

/** Records with the right names and any contents. */
const records = fc.record(
  {
    eventType: odd(fc.constantFrom(...kindNames)),
    notificationType: anything,
    'detail-type': anything,
    detail: anything,
    ...Object.fromEntries([...knownKinds, 'failure'].map((kind) => [kind, odd(details)])),
    mail: fc.oneof(
      anything,
      fc.record(
        {
          messageId: anything,
          timestamp: anything,
          source: anything,
          destination: odd(fc.array(odd(addresses), { maxLength: 3 })),
          headers: anything,
          headersTruncated: anything,
          commonHeaders: anything,
          tags: anything,
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
)

describe('interpret', () => {
  it('never throws, and gives events that can be stored, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.oneof(records, fc.jsonValue()), fc.option(fc.string()), (record, snsTimestamp) => {
        const reading = interpret(JSON.stringify(record), snsTimestamp)
        if (reading.form === 'notice') return
        expect(reading.events.length).toBeGreaterThan(0)
        expect(JSON.parse(JSON.stringify(reading.events))).toHaveLength(reading.events.length)
        for (const { recipient, sesMessageId, class: className, namedRecipients } of reading.events) {
          expect(namedRecipients).toBe(reading.events.length)
          // Parts of the ledger's key.
          for (const part of [recipient, sesMessageId, className]) expect(part).toBe(oneLine(part))
        }
        const keys = reading.events.map(({ recipient }) => addressKey(recipient))
        expect(new Set(keys).size).toBe(keys.length)
      }),
      { numRuns: 500 },
    )
  })

  it('drops no recipient who is named, and invents none, whatever stands beside him', () => {
    fc.assert(
      fc.property(fc.array(odd(recipients), { maxLength: 5 }), details, (list, detail) => {
        const record = {
          eventType: 'Bounce',
          bounce: { ...detail, bouncedRecipients: list },
          mail: { destination: ['x@example.net', 'y@example.net'] },
        }
        const reading = interpret(JSON.stringify(record), null)
        const named = list.map((entry) => cleanAddress(addressIn(entry))).filter((address) => address !== '')
        expect(
          reading.form === 'events' && new Set(reading.events.map(({ recipient }) => addressKey(recipient))),
        ).toEqual(new Set(named.length === 0 ? [''] : named.map((address) => addressKey(address))))
      }),
      { numRuns: 500 },
    )
  })

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(interpret(text, text).form).toBe('notice')
      }),
    )
  })

  it('always gives events for a record that names a kind of SES', () => {
    fc.assert(
      fc.property(fc.constantFrom('Bounce', 'Complaint', 'Delivery', 'Open'), records, (kind, record) => {
        const text = JSON.stringify({
          ...record,
          notificationType: undefined,
          'detail-type': undefined,
          eventType: kind,
        })
        expect(interpret(text, null).form).toBe('events')
      }),
      { numRuns: 300 },
    )
  })
})

/** The address in an entry of a list of recipients, as SES writes it or as a bare text; '' where there is none. */
function addressIn(entry: unknown): string {
  if (typeof entry === 'string') return entry
  if (typeof entry !== 'object' || entry === null || !('emailAddress' in entry)) return ''
  const emailAddress = onlyOne(entry.emailAddress)
  return typeof emailAddress === 'string' || typeof emailAddress === 'number' ? String(emailAddress) : ''
}

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interpret } from './interpret.ts'
import { knownKinds } from './mailEvent.ts'

const words = fc.constantFrom(
  'Bounce',
  'Complaint',
  'Delivery',
  'Rendering Failure',
  'Something New',
  '__proto__',
  'a@example.net',
  '2026-11-24T12:00:00Z',
)
const anything = fc.oneof(words, fc.jsonValue())

/** Records with the right names and any contents. */
const records = fc.record(
  {
    eventType: anything,
    notificationType: anything,
    'detail-type': anything,
    detail: anything,
    ...Object.fromEntries([...knownKinds, 'failure'].map((kind) => [kind, anything])),
    mail: fc.oneof(
      anything,
      fc.record(
        {
          messageId: anything,
          timestamp: anything,
          source: anything,
          destination: anything,
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

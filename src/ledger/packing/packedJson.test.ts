import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CrmFacts } from '../../civimail/crmFacts.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { addressRow, decided, queueRow, reader, verpSource } from '../../testing/decided.ts'
import { eventOf } from '../../testing/eventOf.ts'
import { bounceEffect, decision, mailEvent } from '../../testing/plannedEvents.ts'
import { decisionDictionary } from './decisionDictionary.ts'
import { eventDictionary } from './eventDictionary.ts'
import { jsonOf, pack, packJson, type Packed, unpack } from './packedJson.ts'

const awkward = fc.constantFrom('', 'Zoë 🙂', '\ud83d', '\0\u2028', '1:', '{')
// Beyond the window of the packing, too.
const long = fc.tuple(fc.string(), fc.nat(3000)).map(([text, times]) => text.repeat(times))

describe('what is packed', () => {
  it('is an event again, whatever its texts hold', () => {
    fc.assert(
      fc.property(awkward, long, (name, diagnosticCode) => {
        const event = mailEvent(1, { class: name, detail: { diagnosticCode } })
        expect(unpack('event', pack('event', event), 1)).toEqual(event)
      }),
      { numRuns: 20 },
    )
  })

  it('is a decision again, whatever its texts hold', () => {
    fc.assert(
      fc.property(awkward, long, (rule, reason) => {
        const stored = decision([bounceEffect(1, { reason })], { rule, explanation: reason })
        expect(unpack('decision', pack('decision', stored), 1)).toEqual(stored)
      }),
      { numRuns: 20 },
    )
  })

  it('is any JSON again, to the letter, in every column', () => {
    fc.assert(
      fc.property(fc.constantFrom('event', 'decision', 'reference', 'facts'), fc.json(), (column, json) => {
        expect(jsonOf(column, packJson(column, json), 1)).toBe(json)
      }),
      { numRuns: 50 },
    )
  })

  it('cannot be taken for what it is not', () => {
    const packed = pack('decision', decision([]))
    // @ts-expect-error -- a decision where an event is wanted
    const asEvent: Packed<'event'> = packed
    expect(asEvent).toBe(packed)
  })
})

describe('the dictionaries', () => {
  const event = eventOf({ kind: 'Bounce', recipients: [reader], source: verpSource })
  const facts: CrmFacts = { queueRow: queueRow(), addressRows: [addressRow(1)], counted: [] }
  const reference = {
    jobId: 2,
    queueId: 3006,
    hash: 'zzinafzl1gunbnsy',
    action: 'b',
    domain: 'crm.example.org',
    from: 'X-CiviMail-Bounce',
  } as const

  it.each([
    ['an event', 'event', pack('event', event), 0.3],
    ['the decision about a bounce', 'decision', pack('decision', decided({})), 0.3],
    ['the decision about a complaint', 'decision', pack('decision', decided({ kind: 'Complaint' })), 0.3],
    ['the decision about a delivery', 'decision', pack('decision', decided({ kind: 'Delivery' })), 0.2],
    ['a reference', 'reference', pack('reference', reference), 0.5],
    ['facts', 'facts', pack('facts', facts), 0.4],
  ] as const)('leave of %s little', (_, column, packed, part) => {
    expect(packed.byteLength).toBeLessThan(jsonOf(column, packed, 1).length * part)
  })

  it('never change: what is stored could not be read any more', () => {
    expect([eventDictionary, decisionDictionary].map((dictionary) => hash('sha256', dictionary)))
      .toMatchInlineSnapshot(`
      [
        "e622fd2a311bc2e68f9a98ccdf4f803e39deecc413125174ae754cec8ae5b8c2",
        "cd9e7add82fe1f93b647c920e99503713a3d312fb4882e977ec2086222357592",
      ]
    `)
  })
})

describe('damaged bytes', () => {
  const whole = pack('event', mailEvent(7))

  it.each([
    ['are cut short', whole.subarray(0, -5), 'unexpected end'],
    ['are none', whole.subarray(0, 0), 'no dictionary has the mark 0'],
    ['bear a mark that nobody gave', Buffer.concat([Buffer.of(9), whole.subarray(1)]), 'no dictionary has the mark 9'],
    ['are no deflated text', Buffer.from('\u0001plain text'), ''],
    ['are no JSON', packJson('event', 'plain text'), 'plain text'],
  ])('that %s are told with their event', (_, bytes, why) => {
    const read = (): unknown => unpack('event', bytes as typeof whole, 17)
    expect(read).toThrow(GatewayError)
    expect(read).toThrow(/^what is stored as event of mail event 17 cannot be read: /)
    expect(read).toThrow(why)
    expect(read).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }))
  })
})

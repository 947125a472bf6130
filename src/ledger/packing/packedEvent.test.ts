import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interpret } from '../../ses/interpret.ts'
import { mailEvent } from '../../testing/plannedEvents.ts'
import { sesMessage } from '../../testing/sesMessage.ts'
import { dictionary1 } from './dictionary.ts'
import { eventJson, packEvent, unpackEvent } from './packedEvent.ts'

describe('a packed event', () => {
  it('is the event again, whatever its texts hold', () => {
    // Beyond the window of the packing, too.
    const long = fc.tuple(fc.string(), fc.nat(3000)).map(([text, times]) => text.repeat(times))
    fc.assert(
      fc.property(fc.constantFrom('', 'Zoë 🙂', '\ud83d', '\0\u2028', '1:', '{'), long, (name, diagnosticCode) => {
        const event = mailEvent(1, { class: name, detail: { diagnosticCode } })
        expect(unpackEvent(packEvent(event))).toEqual(JSON.parse(JSON.stringify(event)))
      }),
      { numRuns: 20 },
    )
  })

  it('takes less than two fifths of its JSON, as text', () => {
    const interpretation = interpret(
      sesMessage({ kind: 'Bounce', recipients: ['reader@example.net'], source: 'b@example.org' }),
      null,
    )
    if (interpretation.form !== 'events') throw new Error('a bounce is an event')
    for (const event of interpretation.events)
      expect(packEvent(event).length).toBeLessThan(JSON.stringify(event).length * 0.4)
  })

  it('is read too where an earlier version wrote it as JSON', () => {
    const event = mailEvent(2)
    expect(unpackEvent(JSON.stringify(event))).toEqual(event)
    expect(eventJson(packEvent(event))).toBe(JSON.stringify(event))
  })

  it('is packed by a dictionary that never changes: what is stored could not be read any more', () => {
    expect(hash('sha256', dictionary1)).toMatchInlineSnapshot(
      `"9ee4030eabb18af15cfa205d2ac51fd05a6cc72d1cc6ed4756509f28f27172d1"`,
    )
  })
})

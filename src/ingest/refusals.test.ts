import { describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import type { IngestEvents, Refused } from './events.ts'
import { Refusals } from './refusals.ts'

function refused(at: number, more: Partial<Refused> = {}): Refused {
  return { at, channel: 'https', code: 'SNS_SIGNATURE_INVALID', reason: '', topicArn: '', addressed: '', ...more }
}

describe('Refusals', () => {
  it('counts by code, the most frequent first', () => {
    const refusals = new Refusals()
    refusals.note(refused(1))
    refusals.note(refused(2, { code: 'SNS_TOPIC_NOT_ALLOWED' }))
    refusals.note(refused(3, { code: 'SNS_TOPIC_NOT_ALLOWED' }))
    const { total, byCode } = refusals.summary()
    expect(total).toBe(3)
    expect(byCode).toEqual([
      { code: 'SNS_TOPIC_NOT_ALLOWED', count: 2 },
      { code: 'SNS_SIGNATURE_INVALID', count: 1 },
    ])
  })

  it('remembers the last few, newest first, while all are counted', () => {
    const refusals = new Refusals(3)
    expect(refusals.summary()).toEqual({ total: 0, byCode: [], recent: [] })
    for (let at = 1; at <= 2; at++) refusals.note(refused(at))
    expect(refusals.summary().recent.map(({ at }) => at)).toEqual([2, 1])
    for (let at = 3; at <= 7; at++) refusals.note(refused(at))
    expect(refusals.summary().recent.map(({ at }) => at)).toEqual([7, 6, 5])
    expect(refusals.summary().total).toBe(7)
  })

  it('listens to the events until it is ended', () => {
    const events = new Emitter<IngestEvents>()
    const refusals = new Refusals()
    const end = refusals.listen(events)
    events.emit('refused', refused(1))
    end()
    events.emit('refused', refused(2))
    expect(refusals.summary().total).toBe(1)
  })
})

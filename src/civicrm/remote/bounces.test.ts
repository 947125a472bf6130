import { describe, expect, it } from 'vitest'
import { defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import type { BounceToRecord } from '../crm.ts'
import { bounceCall, outcomeOf } from './bounces.ts'

const bounce: BounceToRecord = {
  reference: { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy', action: 'b', domain: 'crm.example.org' },
  bounceType: 'Invalid',
  reason: '[k3] Permanent/General 550 5.1.1 📪',
  body: '',
}

const error = (error_code: string, error_message = 'text') => ({ is_error: 1, error_code, error_message })

describe('bounceCall', () => {
  it("sends the real job id, the site's number of the type, a body, and no id of a bounce row", () => {
    const types = { ...defaultBounceTypes, Invalid: { id: 106, threshold: 1 } }
    expect(bounceCall(bounce, types)).toEqual({
      entity: 'Mailing',
      action: 'event_bounce',
      params: {
        job_id: 2,
        event_queue_id: 3006,
        hash: 'zzinafzl1gunbnsy',
        body: 'no reason given',
        bounce_type_id: 106,
        bounce_reason: '[k3] Permanent/General 550 5.1.1 \uFFFD',
      },
    })
  })
})

describe('outcomeOf', () => {
  it('believes a success that repeats the queue id', () => {
    expect(outcomeOf({ is_error: 0, values: { event_queue_id: 3006 } }, bounce)).toEqual({ outcome: 'recorded' })
    expect(outcomeOf({ is_error: '0', values: { event_queue_id: '3006' } }, bounce)).toEqual({ outcome: 'recorded' })
    expect(outcomeOf({ is_error: 0, values: 1 }, bounce)).toEqual({ outcome: 'recorded' })
  })

  it.each([{ is_error: 0, values: { event_queue_id: 3007 } }, { values: {} }, {}])('does not believe %j', (result) => {
    expect(outcomeOf(result, bounce)).toMatchObject({ outcome: 'failed', unknown: true, retry: true })
  })

  it('tells a queue row that is gone from all other errors', () => {
    expect(outcomeOf(error('no_queue_event', 'Queue event could not be found'), bounce)).toEqual({
      outcome: 'gone',
      message: 'Queue event could not be found',
    })
    expect(outcomeOf(error('mandatory_missing'), bounce)).toMatchObject({ retry: false, unknown: false })
    for (const code of ['unauthorized', 'not-found'])
      expect(outcomeOf(error(code), bounce)).toMatchObject({ retry: true, unknown: false })
    expect(outcomeOf(error('-1', 'DB Error: Lock wait timeout exceeded'), bounce)).toMatchObject({
      retry: true,
      unknown: true,
    })
    expect(outcomeOf({ is_error: 1 }, bounce)).toMatchObject({ outcome: 'failed', retry: true, unknown: true })
  })
})

import { describe, expect, it } from 'vitest'
import { mailEvent } from '../../testing/plannedEvents.ts'
import { packAhead, packEvent, packReference } from './packedAhead.ts'
import { unpack } from './packedJson.ts'

const reference = { jobId: 1, queueId: 2, hash: 'h', action: 'b', domain: 'example.org', from: 'Return-Path' } as const

describe('what is packed ahead', () => {
  it('is taken as it was packed, and not packed again', () => {
    const event = mailEvent(1)
    packAhead(event, reference)
    expect(packEvent(event)).toBe(packEvent(event))
    expect(packReference(reference)).toBe(packReference(reference))
    expect(unpack('event', packEvent(event), 1)).toEqual(JSON.parse(JSON.stringify(event)))
    expect(unpack('reference', packReference(reference)!, 1)).toEqual(reference)
  })

  it('is of that very object: another one is packed for itself', () => {
    packAhead(mailEvent(1), null)
    expect(unpack('event', packEvent(mailEvent(2)), 1)).toEqual(JSON.parse(JSON.stringify(mailEvent(2))))
    expect(packReference(null)).toBeNull()
  })
})

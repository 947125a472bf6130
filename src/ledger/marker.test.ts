import { describe, expect, it } from 'vitest'
import { bounceEffect, holdEffect, mailEvent, optOutEffect } from '../testing/plannedEvents.ts'
import { eventKey } from './key.ts'
import { effectMarker } from './marker.ts'

const key = eventKey('alpha', mailEvent(1))

describe('the marker of an effect', () => {
  it('is twelve letters of base32 that no database changes', () => {
    for (let queueId = 1; queueId <= 200; queueId += 1)
      expect(effectMarker(key, bounceEffect(queueId))).toMatch(/^[a-z2-7]{12}$/)
  })

  it('never changes between versions: a call may be looked up after an update', () => {
    expect(effectMarker(key, bounceEffect(3001))).toBe('n24jq2icapfr')
  })

  it('does not depend on facts that are read anew before each attempt', () => {
    const bounce = effectMarker(key, bounceEffect(1))
    expect(effectMarker(key, bounceEffect(1, { reason: 'worded otherwise' }))).toBe(bounce)
    expect(effectMarker(key, optOutEffect('a@example.org', [1, 2]))).toBe(
      effectMarker(key, optOutEffect('a@example.org', [])),
    )
    expect(effectMarker(key, holdEffect('a@example.org', { emailIds: [4] }))).toBe(
      effectMarker(key, holdEffect('a@example.org')),
    )
  })

  it('tells apart events, kinds of effect and what they are about', () => {
    const different = [
      effectMarker(key, bounceEffect(1)),
      effectMarker(key, bounceEffect(2)),
      effectMarker(key, bounceEffect(1, { bounceType: 'Spam' })),
      effectMarker(key, holdEffect('a@example.org')),
      effectMarker(key, optOutEffect('a@example.org')),
      effectMarker(key, { effect: 'alarm', about: 'a@example.org' }),
      effectMarker({ ...key, class: 'Transient' }, bounceEffect(1)),
      effectMarker({ ...key, site: 'beta' }, bounceEffect(1)),
    ]
    expect(new Set(different).size).toBe(different.length)
  })
})

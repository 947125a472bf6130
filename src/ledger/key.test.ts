import { describe, expect, it } from 'vitest'
import { mailEvent } from '../testing/plannedEvents.ts'
import { eventKey, keyParts } from './key.ts'

describe('the ledger key of a mail event', () => {
  it('is site, mail, recipient, kind and class', () => {
    expect(keyParts(eventKey('alpha', mailEvent(1)))).toEqual([
      'alpha',
      '0102018f-1',
      'person1@example.org',
      'bounce',
      'Permanent',
    ])
  })

  it('is the same for all spellings of the recipient', () => {
    const spellings = ['Person1@Example.ORG', 'person1@example.org.', '"person1"@example.org']
    for (const recipient of spellings)
      expect(eventKey('alpha', mailEvent(1, { recipient }))).toEqual(eventKey('alpha', mailEvent(1)))
  })

  it('does not depend on the dialect, the feedback id or the time', () => {
    const other = mailEvent(1, { dialect: 'identity', feedbackId: null, occurredAt: null, timestamp: null })
    expect(eventKey('alpha', other)).toEqual(eventKey('alpha', mailEvent(1)))
  })

  it('is another one for a graver class', () => {
    expect(eventKey('alpha', mailEvent(1, { class: 'Transient' }))).not.toEqual(eventKey('alpha', mailEvent(1)))
  })
})

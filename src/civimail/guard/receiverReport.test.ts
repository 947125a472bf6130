import { describe, expect, it } from 'vitest'
import { eventOf } from '../../testing/eventOf.ts'
import type { SesMessageInput } from '../../testing/sesMessage.ts'
import { receiverReport } from './receiverReport.ts'

const named = { emailAddress: 'Zoe@Bücher.EXAMPLE', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 unknown' }

describe('what an event says about its receiving domain', () => {
  it.each<[string, SesMessageInput, unknown]>([
    ['a delivery', { kind: 'Delivery', recipients: [named.emailAddress] }, { refusedWith: null }],
    ['a permanent bounce', { kind: 'Bounce', recipients: [named] }, { refusedWith: '5.1.1' }],
    ['one without a status', { kind: 'Bounce', recipients: [named.emailAddress] }, { refusedWith: 'unnamed' }],
  ])('%s', (_, input, expected) => {
    expect(receiverReport(eventOf(input))).toEqual({ domain: 'xn--bcher-kva.example', ...(expected as object) })
  })

  it.each<[string, SesMessageInput]>([
    ['a passing failure', { kind: 'Bounce', recipients: [named], bounceType: 'Transient' }],
    ['what SES never sent', { kind: 'Bounce', recipients: [named], bounceSubType: 'OnAccountSuppressionList' }],
    ['a global suppression', { kind: 'Bounce', recipients: [named], bounceSubType: 'Suppressed' }],
    ['a complaint', { kind: 'Complaint', recipients: [named] }],
    ['a delay', { kind: 'DeliveryDelay', recipients: [named], dialect: 'eventPublishing' }],
  ])('%s says nothing', (_, input) => {
    expect(receiverReport(eventOf(input))).toBeNull()
  })
})

import { describe, expect, it } from 'vitest'
import { fixtureNames, readFixture, requireFixtures } from '../testing/fixtures.ts'
import { interpret } from './interpret.ts'
import type { MailEvent } from './mailEvent.ts'

/** What each of AWS's examples must be read as: kind, dialect and recipients, or what the notice is about. */
const expected: Readonly<Record<string, readonly string[] | string>> = {
  'event-publishing-retrieving-sns-examples__01__Bounce-Permanent-General.json': [
    'bounce eventPublishing recipient@example.com',
  ],
  'event-publishing-retrieving-sns-examples__02__Complaint.json': ['complaint eventPublishing recipient@example.com'],
  'event-publishing-retrieving-sns-examples__03__Delivery.json': ['delivery eventPublishing recipient@example.com'],
  'event-publishing-retrieving-sns-examples__04__Send.json': ['send eventPublishing recipient@example.com'],
  'event-publishing-retrieving-sns-examples__05__Reject.json': ['reject eventPublishing sender@example.com'],
  'event-publishing-retrieving-sns-examples__06__Open.json': ['open eventPublishing recipient@example.com'],
  'event-publishing-retrieving-sns-examples__07__Click.json': ['click eventPublishing recipient@example.com'],
  'event-publishing-retrieving-sns-examples__08__RenderingFailure.json': [
    'renderingFailure eventPublishing recipient@example.com',
  ],
  'event-publishing-retrieving-sns-examples__09__DeliveryDelay.json': [
    'deliveryDelay eventPublishing recipient@example.com',
  ],
  'event-publishing-retrieving-sns-examples__10__Subscription.json': [
    'subscription eventPublishing recipient@example.com',
  ],
  'notification-examples__01__Bounce-Permanent-General.json': ['bounce identity jane@example.com'],
  'notification-examples__02__Bounce-Permanent-General.json': [
    'bounce identity jane@example.com',
    'bounce identity richard@example.com',
  ],
  'notification-examples__03__Complaint.json': ['complaint identity richard@example.com'],
  'notification-examples__04__Complaint.json': ['complaint identity richard@example.com'],
  'notification-examples__05__Delivery.json': ['delivery identity jane@example.com'],
  'receiving-email-notifications-examples__01__Received.json': 'inboundMail',
  'notification-contents__01__fragment.json': 'noRecord',
  'notification-contents__02__fragment.json': 'noRecord',
  'notification-contents__03__fragment.json': 'noRecord',
  'notification-contents__04__fragment.json': 'noRecord',
  'notification-contents__05__fragment.json': 'noRecord',
  'notification-contents__06__fragment.json': 'noRecord',
  'sending-email-list-management__01__fragment.json': 'noRecord',
  'sending-email-list-management__02__fragment.json': 'noRecord',
  'sending-email-list-management__03__fragment.json': 'noRecord',
  'sending-email-list-management__04__fragment.json': 'noRecord',
  'sending-email-list-management__05__fragment.json': 'noRecord',
}

describe.runIf(requireFixtures())("AWS's own examples", () => {
  const names = fixtureNames('ses-examples', '.json')

  it('are all expected', () => {
    expect(names).toEqual(Object.keys(expected).toSorted())
  })

  it.each(names)('%s', (name) => {
    const reading = interpret(readFixture('ses-examples', name).toString('utf8'), null)
    const found =
      reading.form === 'notice'
        ? reading.about
        : reading.events.map((event) => [event.kind, event.dialect, event.recipient].join(' '))
    expect(found).toEqual(expected[name])
  })

  it('are read without a warning and complete', () => {
    const readings = names.map((name) => interpret(readFixture('ses-examples', name).toString('utf8'), null))
    const records = readings.filter((reading) => reading.form === 'events')
    expect(records.flatMap(({ warnings }) => warnings)).toEqual([])
    for (const event of records.flatMap(({ events }) => events)) expectComplete(event)
  })

  it('keep what the guide says of a bounce', () => {
    const text = readFixture('ses-examples', 'notification-examples__01__Bounce-Permanent-General.json')
    const reading = interpret(text.toString('utf8'), null)
    expect(reading).toMatchObject({
      events: [
        {
          feedbackId: '00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000',
          bounce: {
            type: 'Permanent',
            subType: 'General',
            status: '5.1.1',
            action: 'failed',
            diagnosticCode: 'smtp; 550 5.1.1 <jane@example.com>... User',
            dsn: true,
          },
          mail: {
            destinations: ['jane@example.com', 'mary@example.com', 'richard@example.com'],
            to: ['jane@example.com', 'mary@example.com', 'richard@example.com'],
            from: ['john@example.com'],
          },
        },
      ],
    })
  })
})

function expectComplete(event: MailEvent): void {
  expect(event.sesMessageId).toMatch(/-000000$/)
  expect(event.occurredAt).toBeGreaterThan(Date.UTC(2016, 0, 1))
  expect(event.mail.sentAt).toBeGreaterThan(Date.UTC(2016, 0, 1))
  expect(event.mail.source).toContain('@example.com')
}

import { describe, expect, it } from 'vitest'
import { eventOf, eventsOf } from '../testing/eventOf.ts'
import { sesMessage, someTime } from '../testing/sesMessage.ts'
import { interpret } from './interpret.ts'

const bounce = { kind: 'Bounce', recipients: ['reader@example.net'] } as const

function warningsOf(message: string, snsTimestamp: string | null = null): readonly string[] {
  const reading = interpret(message, snsTimestamp)
  return reading.form === 'events' ? reading.warnings : [`notice: ${reading.notice}`]
}

describe('kinds', () => {
  it.each([
    ['Bounce', 'bounce'],
    ['Complaint', 'complaint'],
    ['Delivery', 'delivery'],
    ['Send', 'send'],
    ['Reject', 'reject'],
    ['Open', 'open'],
    ['Click', 'click'],
    ['Rendering Failure', 'renderingFailure'],
    ['RenderingFailure', 'renderingFailure'],
    ['DeliveryDelay', 'deliveryDelay'],
    ['Subscription', 'subscription'],
  ])('reads %s in both dialects', (kind, ours) => {
    for (const dialect of ['identity', 'eventPublishing'] as const) {
      const event = eventOf({ kind, dialect, destinations: ['reader@example.net'], recipients: ['reader@example.net'] })
      expect(event).toMatchObject({ kind: ours, dialect, recipient: 'reader@example.net' })
    }
  })

  it('reads a rendering failure from the object "failure"', () => {
    const event = eventOf({
      kind: 'Rendering Failure',
      destinations: ['reader@example.net'],
      detail: { templateName: 'Welcome', errorMessage: 'no name' },
    })
    expect(event.detail).toEqual({ templateName: 'Welcome', errorMessage: 'no name' })
  })

  it('keeps an unknown kind under its own name, with its own list of recipients', () => {
    const text = JSON.stringify({
      eventType: 'Inbox Placement',
      inboxPlacement: {
        timestamp: '2026-11-24T12:00:00.000Z',
        placedRecipients: [{ emailAddress: 'reader@example.net' }],
      },
      mail: { messageId: 'm1', destination: ['reader@example.net', 'other@example.net'] },
    })
    expect(eventsOf(text)).toMatchObject([
      { kind: 'inboxPlacement', recipient: 'reader@example.net', class: '2026-11-24T12:00:00.000Z' },
    ])
    expect(warningsOf(text)).toEqual(['unknown kind of event: inboxPlacement'])
  })

  it('reads the kind from the contents where the record does not name it', () => {
    const text = JSON.stringify({
      bounce: { bounceType: 'Permanent' },
      mail: { messageId: 'm1', destination: ['a@example.net'] },
    })
    expect(eventsOf(text)).toMatchObject([{ kind: 'bounce', recipient: 'a@example.net' }])
    expect(warningsOf(text)).toContain('the record does not name its kind; it was read from its contents')
  })

  it('unwraps EventBridge', () => {
    const record = sesMessage({ ...bounce, dialect: 'eventPublishing' })
    expect(eventsOf(eventBridge(record))).toEqual(eventsOf(record))
    expect(eventsOf(eventBridge(record.replace('"eventType"', '"other"')))).toMatchObject([
      { kind: 'bounce', dialect: 'eventPublishing' },
    ])
  })
})

function eventBridge(record: string): string {
  return `{"version":"0","source":"aws.ses","detail-type":"Email Bounced","detail":${record}}`
}

describe('recipients', () => {
  it('gives one event for each, and says how many were named', () => {
    const events = eventsOf(sesMessage({ kind: 'Complaint', recipients: ['a@example.net', 'b@example.net'] }))
    expect(events.map(({ recipient, namedRecipients }) => [recipient, namedRecipients])).toEqual([
      ['a@example.net', 2],
      ['b@example.net', 2],
    ])
  })

  it('counts one named twice once', () => {
    const events = eventsOf(sesMessage({ kind: 'Complaint', recipients: ['a@example.net', 'A@Example.net'] }))
    expect(events).toMatchObject([{ recipient: 'a@example.net', namedRecipients: 1 }])
  })

  it('falls back to the only destination where the list is empty', () => {
    const text = sesMessage({
      kind: 'Bounce',
      recipients: [],
      destinations: ['a@example.net'],
      bounceType: 'Undetermined',
    })
    expect(eventsOf(text)).toMatchObject([{ recipient: 'a@example.net', bounce: { type: 'Undetermined', dsn: false } }])
    expect(warningsOf(text)).toEqual(['the bounce names no recipient'])
  })

  it('names nobody where the list is empty and the mail had several', () => {
    const text = sesMessage({ kind: 'Bounce', recipients: [], destinations: ['a@example.net', 'b@example.net'] })
    expect(eventsOf(text)).toMatchObject([{ recipient: '', namedRecipients: 1 }])
  })

  it('says of every destination that its mail was sent or rejected, of none that it was opened', () => {
    const destinations = ['a@example.net', 'b@example.net']
    expect(eventsOf(sesMessage({ kind: 'Send', destinations })).map((event) => event.recipient)).toEqual(destinations)
    expect(eventsOf(sesMessage({ kind: 'Reject', destinations })).map((event) => event.recipient)).toEqual(destinations)
    expect(eventsOf(sesMessage({ kind: 'Open', destinations })).map((event) => event.recipient)).toEqual([''])
  })

  it('leaves out who has no address, and says so', () => {
    const text = sesMessage({ kind: 'Bounce', recipients: [' ', 'a@example.net', '<>'] })
    expect(eventsOf(text)).toMatchObject([{ recipient: 'a@example.net', namedRecipients: 1 }])
    expect(warningsOf(text)).toEqual(['a recipient without an address was left out'])
  })

  it('bounds absurd lists', () => {
    const recipients = Array.from({ length: 5000 }, (_, index) => `reader${index}@example.net`)
    const text = sesMessage({ kind: 'Bounce', recipients })
    expect(eventsOf(text)).toHaveLength(200)
    expect(warningsOf(text)).toEqual(['of 5000 recipients only the first 200 were read'])
  })
})

describe('a bounce', () => {
  it('knows whether a delivery report came', () => {
    expect(eventOf(bounce).bounce?.dsn).toBe(false)
    expect(eventOf({ ...bounce, reportingMTA: 'dns; mta.example.net' }).bounce?.dsn).toBe(true)
    const recipients = [{ emailAddress: 'reader@example.net', status: '4.4.7' }]
    expect(eventOf({ ...bounce, recipients }).bounce?.dsn).toBe(true)
    expect(eventOf({ ...bounce, recipients: [{ ...recipients[0]!, status: ' ' }] }).bounce?.dsn).toBe(false)
  })

  it('keeps the diagnosis as the server wrote it, line breaks included', () => {
    const recipients = [{ emailAddress: 'reader@example.net', diagnosticCode: 'smtp; 550-no\r\n 550 5.1.1 user' }]
    expect(eventOf({ ...bounce, recipients }).bounce?.diagnosticCode).toBe('smtp; 550-no\r\n 550 5.1.1 user')
  })
})

describe('class', () => {
  it('is the same for one bounce in both dialects', () => {
    const [one, other] = (['identity', 'eventPublishing'] as const).map((dialect) =>
      eventOf({ ...bounce, dialect, feedbackId: dialect, at: someTime + dialect.length }),
    )
    expect(one?.class).toBe('Permanent')
    expect(other?.class).toBe(one?.class)
  })

  it('tells a graver event from the one before', () => {
    expect(eventOf({ ...bounce, bounceType: 'Transient' }).class).toBe('Transient')
    for (const feedbackType of ['not-spam', 'Not-Spam'])
      expect(eventOf({ ...bounce, kind: 'Complaint', feedbackType }).class).toBe('not-spam')
    expect(eventOf({ ...bounce, kind: 'Complaint', feedbackType: null }).class).toBe('none')
  })

  it('tells clicks apart by time and link', () => {
    const [one, other] = ['a', 'b'].map((page) => {
      const detail = { link: `https://example.org/${page}`, linkTags: null }
      return eventOf({ kind: 'Click', destinations: ['a@example.net'], detail }).class
    })
    expect(one).toBe('2026-11-24T12:00:00.000Z https://example.org/a')
    expect(other).not.toBe(one)
  })

  it("tells mails apart where SES's id is missing", () => {
    const classes = ['f1', 'f2'].map((feedbackId) => eventOf({ ...bounce, messageId: '', feedbackId }).class)
    expect(classes).toEqual(['Permanent f1', 'Permanent f2'])
  })
})

describe('times', () => {
  it("fall back to the SNS Timestamp, and keep SES's text", () => {
    const text = sesMessage({ ...bounce, detail: { timestamp: 'soon' } })
    const reading = interpret(text, '2026-11-25T00:00:00.000Z')
    expect(reading).toMatchObject({
      events: [{ timestamp: 'soon', occurredAt: Date.UTC(2026, 10, 25) }],
      warnings: ['the time of the event is missing or unreadable'],
    })
  })

  it('are those of the mail for what happens at sending', () => {
    expect(eventOf({ kind: 'Send', destinations: ['a@example.net'] }).occurredAt).toBe(someTime - 60_000)
  })
})

describe('the mail', () => {
  it('reads headers as an object, too', () => {
    const headers = '{"X-CiviMail-Bounce":["b.1.2.0123456789abcdef@crm.example.org"],"Precedence":"bulk","odd":7}'
    const text = sesMessage(bounce).replace('"headers":[]', `"headers":${headers}`)
    expect(eventsOf(text)[0]?.mail.headers).toEqual([
      { name: 'X-CiviMail-Bounce', value: 'b.1.2.0123456789abcdef@crm.example.org' },
      { name: 'Precedence', value: 'bulk' },
    ])
  })

  it('reads From and To from the headers where commonHeaders is missing', () => {
    const headers = [
      { name: 'from', value: '"Example Org" <news@example.org>' },
      { name: 'to', value: 'Zoë <zoe@example.net>' },
    ]
    const event = eventOf({ ...bounce, headers, commonHeaders: { from: null, to: undefined } })
    expect(event.mail).toMatchObject({ from: ['news@example.org'], to: ['zoe@example.net'] })
  })

  it('reads headersTruncated as boolean and as text', () => {
    for (const truncated of ['true', '"true"']) {
      const text = sesMessage(bounce).replace('"headersTruncated":false', `"headersTruncated":${truncated}`)
      expect(eventsOf(text)[0]?.mail.headersTruncated).toBe(true)
    }
  })
})

describe('odd records', () => {
  it('may call their kind as JavaScript calls what every object has', () => {
    for (const kind of ['toString', 'constructor', 'hasOwnProperty', 'valueOf', 'isPrototypeOf']) {
      const event = eventOf({ kind, destinations: ['reader@example.net'] })
      expect(event).toMatchObject({ kind, recipient: 'reader@example.net' })
    }
  })

  it('never lose an event', () => {
    for (const odd of [null, 7, 'text', [], {}, [null], [[]], { emailAddress: 7 }]) {
      const text = JSON.stringify({
        notificationType: 'Bounce',
        bounce: { bouncedRecipients: odd, bounceType: odd },
        mail: odd,
      })
      expect(eventsOf(text)).toMatchObject([{ kind: 'bounce' }])
    }
    expect(eventsOf('{"eventType":"Complaint"}')).toMatchObject([{ kind: 'complaint', recipient: '', class: 'none' }])
  })

  it('may have a list of one in the place of each thing', () => {
    const usual = JSON.parse(sesMessage({ ...bounce, bounceType: 'Transient', messageId: 'm1' })) as Record<
      string,
      unknown
    >
    const listed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? [Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, listed(inner)]))]
        : Array.isArray(value)
          ? value
          : [value]
    const odd = { notificationType: ['Bounce'], bounce: listed(usual['bounce']), mail: listed(usual['mail']) }
    const [event] = eventsOf(JSON.stringify(odd))
    const { detail: _, ...expected } = eventsOf(JSON.stringify(usual))[0]!
    expect(event).toMatchObject(expected)
  })

  it('are no deeper than can be stored', () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
    const text = `{"eventType":"Open","open":{"deep":${deep}},"mail":{"messageId":"m","destination":["a@example.net"]}}`
    expect(() => JSON.stringify(eventsOf(text))).not.toThrow()
  })
})

describe('notices', () => {
  it.each([
    ['Successfully validated SNS topic for Amazon SES event publishing.\n', 'setUp'],
    ['{"notificationType":"AmazonSnsSubscriptionSucceeded","message":"You have successfully subscribed …"}\n', 'setUp'],
    ['{"notificationType":"Received","mail":{"messageId":"m"},"receipt":{}}', 'inboundMail'],
    ['hello', 'noRecord'],
    ['', 'noRecord'],
    ['[]', 'noRecord'],
    ['null', 'noRecord'],
    ['{"eventType":"ObjectCreated:Put","bucket":"x"}', 'noRecord'],
    ['{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification","detail":{"state":"x"}}', 'noRecord'],
  ])('%j', (message, about) => {
    expect(interpret(message, null)).toMatchObject({ form: 'notice', about })
  })
})

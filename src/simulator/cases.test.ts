import { describe, expect, it } from 'vitest'
import { knownKinds } from '../ses/mailEvent.ts'
import { interpret } from '../ses/interpret.ts'
import { simulatedAccount, simulatedTopicArn } from '../testing/simulatedSns.ts'
import { type SesCase, allCases, caseNamed, selectCases } from './cases.ts'
import { mailingMail } from './mailing.ts'
import { tenPairs } from './ses/bounceCases.ts'
import { type Dialect, dialects } from './ses/dialect.ts'

const sentAt = Date.UTC(2026, 5, 2, 8, 0, 0, 700)
const at = sentAt + 500

const options = {
  messageId: '0102018f00000000-00000000-0000-4000-8000-000000000000-000000',
  sentAt,
  to: 'ada@example.org',
  subject: 'Newsletter',
  from: '"Example Org" <news@crm.example.org>',
  account: simulatedAccount,
}
const form = { localpart: 'bounce+', separator: '.', domain: 'crm.example.org' }
const row = { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy' }
const mail = mailingMail(options, form, row)
const mailWithCopy = mailingMail({ ...options, cc: ['bo@example.org'] }, form, row)

function messageOf(sesCase: SesCase, dialect: Dialect, addresses: readonly string[] = ['ada@example.org']) {
  const sent = sesCase.copies === 'none' ? mail : mailWithCopy
  const context = { mail: sent, addresses, at, dialect, feedbackId: 'feedback', topicArn: simulatedTopicArn }
  return sesCase.message(context)
}

const tellings = allCases.flatMap((sesCase) =>
  sesCase.dialects.map((dialect) => ({ sesCase, dialect, name: sesCase.name })),
)
const records = tellings.filter(({ name }) => name !== 'set-up' && name !== 'inbound')

describe('every case, in every dialect that has it', () => {
  it.each(records)('$name ($dialect) is read as what it is', ({ sesCase, dialect, name }) => {
    const reading = interpret(messageOf(sesCase, dialect).message, null)
    expect.assert(reading.form === 'events')
    const kinds = reading.events.map(({ kind }) => kind)
    const kind = name.split('/')[0]?.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    expect(new Set(kinds)).toEqual(new Set([kind]))
    expect(reading.events[0]).toMatchObject({ dialect, sesMessageId: mail.messageId, recipient: 'ada@example.org' })
  })

  it('names all kinds that the gateway knows', () => {
    const kinds = tellings.flatMap(({ sesCase, dialect }) => {
      const reading = interpret(messageOf(sesCase, dialect).message, null)
      return reading.form === 'events' ? reading.events.map(({ kind }) => kind) : []
    })
    expect(new Set(kinds)).toEqual(new Set(knownKinds))
  })

  it.each(tellings)('$name ($dialect) ends as its dialect does', ({ sesCase, dialect, name }) => {
    const { message, subject } = messageOf(sesCase, dialect)
    if (name === 'set-up' || name === 'inbound') return
    expect(message.endsWith('}\n')).toBe(dialect === 'eventPublishing')
    expect(subject).toBe(dialect === 'eventPublishing' ? 'Amazon SES Email Event Notification' : null)
  })
})

describe('bounces', () => {
  it.each(tenPairs)('say $bounceType/$bounceSubType with the diagnosis', ({ bounceType, bounceSubType, report }) => {
    for (const dialect of dialects) {
      const reading = interpret(messageOf(caseNamed(`bounce/${bounceType}/${bounceSubType}`), dialect).message, null)
      expect.assert(reading.form === 'events')
      expect(reading.events).toHaveLength(1)
      const [event] = reading.events
      expect(event?.bounce).toMatchObject({ type: bounceType, subType: bounceSubType, dsn: true, ...reportOf(report) })
      expect(event?.namedRecipients).toBe(1)
    }
  })

  it('are ten different pairs', () => {
    expect(new Set(tenPairs.map((pair) => `${pair.bounceType}/${pair.bounceSubType}`)).size).toBe(10)
  })

  it('bring no report where a person is out of office, and nobody where SES knows nobody', () => {
    const away = interpret(messageOf(caseNamed('bounce/out-of-office'), 'identity').message, null)
    expect.assert(away.form === 'events')
    expect(away.events[0]?.bounce).toMatchObject({ type: 'Transient', subType: 'General', dsn: false })
    const record: unknown = JSON.parse(messageOf(caseNamed('bounce/no-recipient'), 'identity').message)
    expect(record).toMatchObject({ bounce: { bounceType: 'Undetermined', bouncedRecipients: [] } })
  })

  it('look older than their mail in identity feedback, which is cut to the second', () => {
    const identity: unknown = JSON.parse(messageOf(caseNamed('bounce/Permanent/General'), 'identity').message)
    expect(identity).toMatchObject({
      bounce: { timestamp: '2026-06-02T08:00:01.000Z', remoteMtaIp: '192.0.2.80' },
      mail: { timestamp: '2026-06-02T08:00:00.700Z' },
    })
    const published = messageOf(caseNamed('bounce/Permanent/General'), 'eventPublishing').message
    expect(published).toContain('"timestamp":"2026-06-02T08:00:01.200Z"')
    expect(published).not.toContain('remoteMtaIp')
  })
})

describe('complaints', () => {
  it('name all who may have complained', () => {
    const reading = interpret(
      messageOf(caseNamed('complaint/several'), 'eventPublishing', ['ada@example.org', 'bo@example.org']).message,
      null,
    )
    expect.assert(reading.form === 'events')
    expect(reading.events.map(({ recipient }) => recipient)).toEqual(['ada@example.org', 'bo@example.org'])
    expect(reading.events[0]?.namedRecipients).toBe(2)
  })

  it('carry their type, or none', () => {
    expect(typeOf('complaint/not-spam')).toEqual({ feedbackType: 'not-spam', subType: null })
    expect(typeOf('complaint/none')).toEqual({ feedbackType: null, subType: null })
    expect(typeOf('complaint/OnAccountSuppressionList')).toEqual({
      feedbackType: null,
      subType: 'OnAccountSuppressionList',
    })
  })
})

describe('messages that are no mail event', () => {
  it.each([
    ['set-up', 'identity', 'setUp'],
    ['set-up', 'eventPublishing', 'setUp'],
    ['inbound', 'identity', 'inboundMail'],
  ] as const)('%s (%s) is read as a notice', (name, dialect, about) => {
    expect(interpret(messageOf(caseNamed(name), dialect).message, null)).toMatchObject({ form: 'notice', about })
  })
})

describe('selectCases', () => {
  it('finds a case by its name, and all of them by what stands in front', () => {
    expect(selectCases(['complaint/abuse']).cases.map(({ name }) => name)).toEqual(['complaint/abuse'])
    expect(selectCases(['bounce/transient']).cases).toHaveLength(6)
    expect(selectCases(['all'])).toEqual({ cases: allCases, unknown: [] })
    expect(selectCases(['open', 'Click']).cases.map(({ name }) => name)).toEqual(['open', 'click', 'click/tagged'])
  })

  it('names the words that say nothing', () => {
    expect(selectCases(['bounc', 'send'])).toMatchObject({ cases: [{ name: 'send' }], unknown: ['bounc'] })
    expect(() => caseNamed('bounc')).toThrow(RangeError)
  })
})

function typeOf(name: string) {
  const reading = interpret(messageOf(caseNamed(name), 'identity').message, null)
  return reading.form === 'events' ? reading.events[0]?.complaint : null
}

function reportOf(report: (typeof tenPairs)[number]['report']) {
  return { ...report, diagnosticCode: expect.stringContaining(report.diagnosticCode.slice(0, 20)), action: 'failed' }
}

import { describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import type { IngestEvents } from '../ingest/events.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { type LogLevel, createLog } from './log.ts'
import { logIngest } from './logIngest.ts'

function setUp(level: LogLevel = 'info') {
  const lines: string[] = []
  const log = createLog({ level, destination: { write: (line) => void lines.push(line) } })
  const parsed = (): unknown[] => lines.map((line): unknown => JSON.parse(line))
  return { log, lines, parsed }
}

function listen(level: LogLevel = 'info') {
  const events = new Emitter<IngestEvents>()
  const time = new FakeTime()
  const world = setUp(level)
  const end = logIngest(events, world.log, time)
  return { ...world, events, time, end }
}

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'

describe('createLog', () => {
  it('writes a line of JSON with level, time and text, and no more than was given', () => {
    const { log, lines } = setUp()
    log.warn({ site: 'main' }, 'something')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\{"level":"warn","time":"\d{4}-[^"]+Z","site":"main","msg":"something"\}\n$/)
  })

  it('heeds its level', () => {
    const { log, lines } = setUp('error')
    log.warn('not this')
    log.error('this')
    expect(lines).toHaveLength(1)
    const silent = setUp('silent')
    silent.log.fatal('nothing')
    expect(silent.lines).toEqual([])
  })

  it('takes addresses and secrets out of fields, texts and errors (D32)', () => {
    const { log, lines } = setUp()
    log.error(
      { error: new Error('no mailbox jane@example.org'), token: 'abc', to: ['john@example.org'] },
      'for jim@example.org',
    )
    log.info('for jane@example.org')
    log.error(new Error('again john@example.org'))
    log.error({ err: new Error('and jane@example.org') })
    expect(lines).toHaveLength(4)
    expect(lines.join('')).not.toMatch(/jane@|john@|jim@|abc/)
    expect(lines.join('')).toContain('j***@example.org')
  })
})

describe('logIngest', () => {
  it('has no line for a notification that is accepted', () => {
    const { events, lines } = listen()
    events.emit('accepted', { channel: 'https', outcome: 'stored', site: 'main' })
    expect(lines).toEqual([])
    const chatty = listen('debug')
    chatty.events.emit('accepted', { channel: 'https', outcome: 'stored', site: 'main' })
    expect(chatty.lines).toHaveLength(1)
  })

  it('tells refusals once a minute for each reason, with their number', async () => {
    const { events, parsed, time } = listen()
    const refuse = (code: 'SNS_SIGNATURE_INVALID' | 'SNS_TOPIC_NOT_ALLOWED'): void =>
      events.emit('refused', { at: time.now(), channel: 'https', code, reason: 'r', topicArn, addressed: '' })
    for (let count = 0; count < 100; count++) refuse('SNS_SIGNATURE_INVALID')
    refuse('SNS_TOPIC_NOT_ALLOWED')
    expect(parsed()).toMatchObject([
      { level: 'warn', code: 'SNS_SIGNATURE_INVALID', times: 1, topicArn },
      { level: 'warn', code: 'SNS_TOPIC_NOT_ALLOWED', times: 1 },
    ])
    await time.advance(60_000)
    refuse('SNS_SIGNATURE_INVALID')
    expect(parsed()).toHaveLength(3)
    expect(parsed()[2]).toMatchObject({ code: 'SNS_SIGNATURE_INVALID', times: 100 })
  })

  it('is loud about a subscription that was ended or could not be confirmed', () => {
    const { events, parsed } = listen()
    events.emit('unsubscribed', { topicArn, site: 'main' })
    events.emit('confirmationTried', { outcome: 'failed', topicArn, site: 'main', detail: 'why' })
    events.emit('confirmationTried', { outcome: 'retrying', topicArn, site: 'main', detail: 'why' })
    events.emit('confirmationTried', { outcome: 'confirmed', topicArn, site: 'main', detail: '' })
    events.emit('fault', { where: 'here', error: new Error('what') })
    expect(parsed()).toMatchObject([
      { level: 'error', topicArn, site: 'main' },
      { level: 'error', detail: 'why' },
      { level: 'warn', detail: 'why' },
      { level: 'info' },
      { level: 'error', where: 'here', error: { text: 'what' } },
    ])
  })

  it('tells of a fault once a minute for each place, with their number', async () => {
    const { events, parsed, time } = listen()
    for (let count = 0; count < 100; count++) events.emit('fault', { where: 'here', error: new Error('what') })
    events.emit('fault', { where: 'there', error: new Error('what') })
    await time.advance(60_000)
    events.emit('fault', { where: 'here', error: new Error('what') })
    expect(parsed()).toMatchObject([
      { where: 'here', times: 1 },
      { where: 'there', times: 1 },
      { where: 'here', times: 100 },
    ])
  })

  it('says how to allow a topic, not for each request of strangers', () => {
    const { events, parsed } = listen()
    for (let count = 0; count < 10; count++)
      events.emit('confirmationKept', { state: 'pending', topicArn, addressed: '', fresh: true })
    events.emit('confirmationKept', { state: 'due', topicArn, addressed: '', fresh: true })
    expect(parsed()).toMatchObject([
      { level: 'warn', msg: expect.stringContaining('topics allow') as unknown },
      { level: 'info' },
    ])
  })

  it('tells of queues: that they are read, and once a minute why one is not', async () => {
    const { events, parsed, time } = listen()
    const queue = 'arn:aws:sqs:eu-west-1:111122223333:ses'
    events.emit('queueReadable', { queue })
    for (let count = 0; count < 10; count++) events.emit('queueTrouble', { queue, reason: 'AccessDenied' })
    events.emit('queueTrouble', { queue: `${queue}-two`, reason: 'AccessDenied' })
    events.emit('queueWorked', { queue, received: 10, deleted: 10, refused: 0, left: 0 })
    for (let count = 0; count < 3; count++)
      events.emit('queueRefused', { queue, code: 'SNS_RAW_DELIVERY', outcome: 'kept' })
    events.emit('queueRefused', { queue, code: 'SNS_RAW_DELIVERY', outcome: 'full' })
    expect(parsed()).toMatchObject([
      { level: 'info', queue },
      { level: 'warn', queue, reason: 'AccessDenied', times: 1 },
      { level: 'warn', queue: `${queue}-two` },
      { level: 'warn', code: 'SNS_RAW_DELIVERY', msg: expect.stringContaining('are kept') as unknown },
      { level: 'error', msg: expect.stringContaining('stay in their queue') as unknown },
    ])
    await time.advance(60_000)
    events.emit('queueTrouble', { queue, reason: 'AccessDenied' })
    expect(parsed()[5]).toMatchObject({ times: 10 })
  })

  it('ends', () => {
    const { events, lines, end } = listen()
    end()
    events.emit('unsubscribed', { topicArn, site: 'main' })
    expect(lines).toEqual([])
  })
})

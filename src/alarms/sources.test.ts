import { describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import type { LaneBacklog } from '../inbox/inbox.ts'
import type { IngestEvents } from '../ingest/events.ts'
import type { RecordedEvent } from '../ledger/ledger.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { MemorySettings, testSite } from '../testing/memorySettings.ts'
import { type Alarm, alarmKey } from './alarm.ts'
import { Alarms } from './alarms.ts'
import { alarmsOfIngest } from './listenIngest.ts'
import { alarmsOfRecorder } from './listenRecorder.ts'
import { Looks, type LookParts } from './looks.ts'

const minute = 60_000
const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'

interface Bench {
  readonly alarms: Alarms
  readonly ingest: Emitter<IngestEvents>
  readonly recorder: Emitter<RecorderEvents>
  readonly time: FakeTime
  readonly settings: MemorySettings
  readonly looks: (more?: Partial<LookParts>) => Looks
  /** Kinds and subjects of what is active. */
  readonly active: () => readonly string[]
}

function start(): Bench {
  const time = new FakeTime()
  const settings = new MemorySettings(testSite('main', [topicArn]))
  const rows = new Map<string, Alarm>()
  const alarms = new Alarms({
    store: {
      all: async () => [...rows.values()],
      save: async (alarms) => {
        for (const alarm of alarms) rows.set(alarmKey(alarm), alarm)
      },
    },
    channels: [],
    clock: time,
    timers: time,
    random: () => 0.5,
    from: 'host',
  })
  const ingest = new Emitter<IngestEvents>()
  const recorder = new Emitter<RecorderEvents>()
  alarmsOfIngest(ingest, alarms, 'host')
  alarmsOfRecorder(recorder, alarms, 'host')
  const looks = (more: Partial<LookParts> = {}): Looks =>
    new Looks({
      alarms,
      inbox: { backlog: async () => [], deadLetters: async () => [] },
      ledger: { search: async () => [] },
      settings,
      removals: { stuck: async () => [] },
      tryWriting: async () => undefined,
      freeBytes: () => null,
      clock: time,
      timers: time,
      machine: 'host',
      backlogMs: 60 * minute,
      freeBytesWanted: 1000,
      ...more,
    })
  const active = (): readonly string[] => alarms.active().map(({ kind, subject }) => `${kind} ${subject}`)
  return { alarms, ingest, recorder, time, settings, looks, active }
}

const queue = 'arn:aws:sqs:eu-west-1:111122223333:ses'

const refused = { at: 0, channel: 'https', reason: 'r', topicArn, addressed: '' } as const

describe('what is told of while taking in', () => {
  it('is a queue that cannot be read, until it can or is taken off', async () => {
    const { ingest, active, looks, settings } = start()
    await settings.saveQueue({ arn: queue, site: null })
    ingest.emit('queueTrouble', { queue, reason: 'AccessDenied' })
    await looks().look()
    expect(active()).toEqual([`queueUnreadable ${queue}`])
    ingest.emit('queueReadable', { queue })
    expect(active()).toEqual([])
    ingest.emit('queueTrouble', { queue, reason: 'AccessDenied' })
    await settings.removeQueue(queue)
    await looks().look()
    expect(active()).toEqual([])
  })

  it('is what a queue brings and can never be accepted, and that no more of it is kept', () => {
    const { ingest, alarms } = start()
    ingest.emit('queueRefused', { queue, code: 'SNS_RAW_DELIVERY', outcome: 'kept' })
    ingest.emit('queueRefused', { queue, code: 'SNS_RAW_DELIVERY', outcome: 'full' })
    expect(alarms.active()).toMatchObject([
      { kind: 'queueRefused', subject: queue, count: 2, detail: expect.stringContaining('they stay in the queue') },
    ])
  })

  it('is trouble with certificates, and with the database, but no refused forgery', () => {
    const { ingest, active } = start()
    ingest.emit('refused', { ...refused, code: 'SNS_SIGNATURE_INVALID' })
    expect(active()).toEqual([])
    ingest.emit('refused', { ...refused, code: 'SNS_CERTIFICATE_UNAVAILABLE' })
    ingest.emit('refused', { ...refused, code: 'STORAGE_UNAVAILABLE' })
    expect(active()).toEqual(['certificate host', 'storage host'])
    ingest.emit('accepted', { channel: 'https', outcome: 'stored', site: 'main' })
    expect(active()).toEqual(['storage host'])
  })

  it('is that more came at once than could be taken on, as one alarm', () => {
    const { ingest, alarms } = start()
    for (let time = 0; time < 3; time++)
      ingest.emit('refused', { ...refused, code: 'GATEWAY_OVERLOADED', reason: 'too many connections' })
    expect(alarms.active()).toMatchObject([
      { kind: 'overloaded', subject: 'host', count: 3, detail: 'too many connections' },
    ])
  })

  it('is that messages came to the address of a site that is not there, as one alarm whatever the names', () => {
    const { ingest, alarms } = start()
    for (const addressed of ['mian', 'nope'])
      ingest.emit('refused', { ...refused, code: 'SITE_UNKNOWN', reason: '', topicArn, addressed })
    expect(alarms.active()).toMatchObject([
      { kind: 'siteUnknown', subject: '', count: 2, detail: `The last one was for "nope", of ${topicArn}.` },
    ])
  })

  it('is a subscription that waits to be allowed, once', () => {
    const { ingest, alarms } = start()
    const kept = { state: 'pending', topicArn, addressed: '' } as const
    ingest.emit('confirmationKept', { ...kept, fresh: true })
    ingest.emit('confirmationKept', { ...kept, fresh: false })
    ingest.emit('confirmationKept', { ...kept, state: 'due', fresh: true })
    expect(alarms.active()).toMatchObject([
      { kind: 'topicRefused', count: 1, detail: expect.stringContaining(topicArn) },
    ])
  })

  it('is a subscription that was ended, until it is confirmed anew', () => {
    const { ingest, active } = start()
    ingest.emit('unsubscribed', { topicArn, site: 'main' })
    expect(active()).toEqual([`unsubscribed ${topicArn}`])
    ingest.emit('confirmationTried', { outcome: 'retrying', topicArn, site: 'main', detail: '' })
    expect(active()).toHaveLength(1)
    ingest.emit('confirmationTried', { outcome: 'confirmed', topicArn, site: 'main', detail: '' })
    expect(active()).toEqual([])
  })

  it('is a fault of the program', () => {
    const { ingest, alarms } = start()
    ingest.emit('fault', { where: 'accepting a message', error: new Error('x of zoe@example.org') })
    expect(alarms.active()).toMatchObject([{ kind: 'fault', detail: 'accepting a message: x of z***@example.org' }])
  })
})

describe('what is told of while recording', () => {
  it('is what is uncertain, a fault, and apart from it one of the database', () => {
    const { recorder, active } = start()
    recorder.emit('uncertain', { site: 'main', eventId: 1, effectId: 2 })
    recorder.emit('fault', { where: 'recording a batch', site: 'main', error: new TypeError('x') })
    const error = new GatewayError('STORAGE_UNAVAILABLE', 'disk full')
    recorder.emit('fault', { where: 'recording a batch', site: 'main', error })
    expect(active()).toEqual(['uncertain main', 'fault host', 'storage host'])
  })

  it('is a row that cannot be read, as a fault: the database takes what is to be stored', async () => {
    const { recorder, active, looks } = start()
    const error = new GatewayError('STORAGE_CORRUPT', 'the decision of mail event 7 cannot be read')
    recorder.emit('fault', { where: 'recording a batch', site: 'main', error })
    await looks().look()
    expect(active()).toEqual(['fault host'])
  })

  it('is a site at fault until it is called again, also where a restart lies in between', () => {
    const { recorder, alarms, active } = start()
    const call = { site: 'main', call: 'findAddresses', items: 1, outcome: 'ok', elapsedMs: 1 } as const
    const opened = { site: 'main', until: 0, code: 'CIVICRM_CREDENTIAL', reason: 'r', needsRepair: true } as const
    recorder.emit('breakerOpened', opened)
    // Part of a batch that fails later: it says nothing.
    recorder.emit('crmCall', call)
    expect(active()).toEqual(['siteNeedsRepair main'])
    recorder.emit('breakerClosed', { site: 'main' })
    expect(active()).toEqual([])
    alarms.raise({ kind: 'breakerOpen', subject: 'main', detail: 'from the last run' })
    recorder.emit('crmCall', { ...call, outcome: 'timeout' })
    expect(active()).toEqual(['breakerOpen main'])
    recorder.emit('crmCall', call)
    expect(active()).toEqual([])
  })
})

describe('a look', () => {
  it('sees a disk fill up and be cleared', async () => {
    const { looks, active } = start()
    let free: number | null = 999
    const look = looks({ freeBytes: () => free })
    await look.look()
    expect(active()).toEqual(['diskLow host'])
    free = null
    await look.look()
    expect(active()).toEqual(['diskLow host'])
    free = 1000
    await look.look()
    expect(active()).toEqual([])
  })

  it('sees what waits too long, but not what a person paused', async () => {
    const { looks, active, time, settings } = start()
    let backlog: readonly LaneBacklog[] = [{ site: 'main', waiting: 7, oldestReceivedAt: time.now() - 61 * minute }]
    const look = looks({ inbox: { backlog: async () => backlog, deadLetters: async () => [] } })
    await look.look()
    expect(active()).toEqual(['backlogOld main'])
    await settings.saveSite({ ...testSite('main', [topicArn]), mode: 'paused' })
    await look.look()
    expect(active()).toEqual([])
    backlog = []
    await look.look()
    expect(active()).toEqual([])
  })

  it('sees a database that does not answer, and does not wait for it', async () => {
    const { looks, active, time } = start()
    const looking = looks({ tryWriting: async () => new Promise(() => undefined) }).look()
    await time.advance(10_000)
    await looking
    expect(active()).toEqual(['storage host'])
  })

  it('sees what cannot be taken off a suppression list, until it can or the site is removed', async () => {
    const { looks, active, alarms, settings } = start()
    let stuck = [
      { site: 'main', count: 2, error: 'AccessDeniedException' },
      { site: 'gone', count: 1, error: 'AccessDeniedException' },
    ]
    const one = looks({ removals: { stuck: async () => stuck } })
    await one.look()
    expect(active()).toEqual(['suppressionStuck main'])
    expect(alarms.active()[0]?.detail).toBe('2 stand there still: AccessDeniedException.')
    stuck = []
    await one.look()
    expect(active()).toEqual([])
    await looks({ removals: { stuck: async () => [{ site: 'main', count: 1, error: null }] } }).look()
    expect(alarms.active()[0]?.detail).toContain('too fast')
    await settings.removeSite('main')
    await looks({ removals: { stuck: async () => [{ site: 'main', count: 1, error: null }] } }).look()
    expect(active()).toEqual([])
  })

  it('sees that nothing is set aside any more, and that a site was removed', async () => {
    const { looks, alarms, active, settings } = start()
    alarms.raise({ kind: 'setAside', subject: 'main provider.example', detail: '' })
    alarms.raise({ kind: 'breakerOpen', subject: 'main', detail: '' })
    alarms.raise({ kind: 'unsubscribed', subject: topicArn, detail: '' })
    const aside = {
      eventId: 1,
      firstSeenAt: 1,
      event: { recipient: 'a@provider.example' },
      decision: { rule: 'provider-outage' },
    }
    const stored = [aside as unknown as RecordedEvent]
    await looks({ ledger: { search: async () => stored } }).look()
    expect(active()).toHaveLength(3)
    await settings.removeSite('main')
    await looks().look()
    expect(active()).toEqual([])
  })

  it('sees the rest where the sites cannot be read, and goes on looking', async () => {
    const { looks, alarms, active, settings, time } = start()
    alarms.raise({ kind: 'breakerOpen', subject: 'main', detail: '' })
    settings.site = () => {
      throw new GatewayError('SITE_INVALID', 'a newer version wrote it')
    }
    let free = 2000
    const one = looks({ freeBytes: () => free })
    await one.start()
    expect(active()).toEqual(['breakerOpen main'])
    free = 0
    await time.advance(30_000)
    expect(active()).toEqual(['breakerOpen main', 'diskLow host'])
    await one.stop()
  })
})

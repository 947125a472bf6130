import { describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import type { IngestEvents } from '../ingest/events.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { StorageWatch } from './storageWatch.ts'

function setUp() {
  const time = new FakeTime()
  const ingest = new Emitter<IngestEvents>()
  const recorder = new Emitter<RecorderEvents>()
  const probe: { error: Error | null } = { error: null }
  const watch = new StorageWatch({
    tryWriting: async () => {
      if (probe.error !== null) throw probe.error
    },
    ingest,
    recorder,
    timers: time,
  })
  return { time, ingest, recorder, probe, watch }
}

const refused = { at: 0, channel: 'https', reason: 'the disk is full', topicArn: '', addressed: '' } as const
const batch = { site: 'main', notifications: 1, recorded: 1, deferred: 0, dead: 0, elapsedMs: 1 }
const stored = { channel: 'https', outcome: 'stored', site: 'main' } as const

describe('the database takes what is to be stored', () => {
  it('where a small write passes, and not where it fails', async () => {
    const { watch, probe } = setUp()
    await watch.tryWriting()
    probe.error = new GatewayError('STORAGE_UNAVAILABLE', 'away')
    await expect(watch.tryWriting()).rejects.toThrow('away')
    probe.error = null
    await watch.tryWriting()
  })

  it('not while notifications are turned away for it, though the small write passes', async () => {
    const { watch, ingest } = setUp()
    ingest.emit('refused', { ...refused, code: 'SNS_SIGNATURE_INVALID' })
    await watch.tryWriting()
    ingest.emit('refused', { ...refused, code: 'STORAGE_UNAVAILABLE' })
    await expect(watch.tryWriting()).rejects.toThrow('the disk is full')
    ingest.emit('accepted', stored)
    await watch.tryWriting()
  })

  it('not while they are turned away, though what came before is still recorded: it fits where they do not', async () => {
    const { watch, ingest, recorder } = setUp()
    ingest.emit('refused', { ...refused, code: 'STORAGE_UNAVAILABLE' })
    recorder.emit('batchFinished', batch)
    await expect(watch.tryWriting()).rejects.toThrow('the disk is full')
    ingest.emit('accepted', stored)
    await watch.tryWriting()
  })

  it('although the recorder met a row that cannot be read: that is of one mail event', async () => {
    const { watch, recorder } = setUp()
    const error = new GatewayError('STORAGE_CORRUPT', 'the decision of mail event 7 cannot be read')
    recorder.emit('fault', { where: 'recording a batch', site: 'main', error })
    await expect(watch.tryWriting()).resolves.toBeUndefined()
  })

  it('not while the recorder cannot store what it did', async () => {
    const { watch, ingest, recorder } = setUp()
    recorder.emit('fault', { where: 'storing', site: 'main', error: new TypeError('x') })
    await watch.tryWriting()
    recorder.emit('fault', { where: 'storing', site: 'main', error: new GatewayError('STORAGE_UNAVAILABLE', 'full') })
    await expect(watch.tryWriting()).rejects.toThrow('full')
    recorder.emit('batchFinished', batch)
    await watch.tryWriting()
    recorder.emit('fault', { where: 'storing', site: 'main', error: new GatewayError('STORAGE_UNAVAILABLE', 'full') })
    ingest.emit('accepted', stored)
    await watch.tryWriting()
  })

  it('again after a minute in which nobody tried, else nobody would be let in to try', async () => {
    const { watch, ingest, time } = setUp()
    ingest.emit('refused', { ...refused, code: 'STORAGE_UNAVAILABLE' })
    time.setClock(86_400_000)
    await expect(watch.tryWriting()).rejects.toThrow('the disk is full')
    await time.advance(60_000)
    await watch.tryWriting()
  })
})

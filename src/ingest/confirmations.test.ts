import { describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import type { Standing } from '../leases/heldLeases.ts'
import type { NewConfirmation } from '../settings/settings.ts'
import { FakeTime, turns } from '../testing/fakeTime.ts'
import { storageFault } from '../testing/memoryInbox.ts'
import { MemorySettings, testSite } from '../testing/memorySettings.ts'
import { confirmationFields } from '../testing/snsSigner.ts'
import { ConfirmationLoop } from './confirmations.ts'
import type { ConfirmationTried, Fault, IngestEvents } from './events.ts'
import type { ConfirmOutcome } from './sns/confirmation/outcome.ts'
import type { Subscription } from './sns/confirmation/subscribeUrl.ts'
import { refuse } from './sns/refuse.ts'
import type { Verified } from './sns/verdict.ts'

const topic = 'arn:aws:sns:eu-west-1:111122223333:ses'
const hour = 60 * 60_000
const confirmed: ConfirmOutcome = {
  ok: true,
  subscriptionArn: `${topic}:7491ecc4-40ff-41ba-af58-19f442d83eb8`,
  authenticated: true,
  remark: null,
}
const noAnswer: ConfirmOutcome = { ok: false, permanent: false, error: 'no answer from SNS: ECONNREFUSED' }
const genuine: Verified = { ok: true, signatureVersion: '2', certificateUrl: '' }

/** The standing of the leader's lease, which a test may give away. */
function leadership() {
  const listeners = new Set<() => void>()
  let standing: Standing = 'held'
  return {
    standing: () => standing,
    onChange: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    become: (next: Standing): void => {
      standing = next
      for (const listener of listeners) listener()
    },
    listeners: () => listeners.size,
  }
}

function setUp(settings = new MemorySettings(testSite('main', [topic]))) {
  const leases = leadership()
  const time = new FakeTime()
  const events = new Emitter<IngestEvents>()
  const tried: ConfirmationTried[] = []
  const faults: Fault[] = []
  events.on('confirmationTried', (one) => tried.push(one))
  events.on('fault', (one) => faults.push(one))
  const asked: Subscription[] = []
  const world = {
    verdict: genuine,
    answer: (): ConfirmOutcome | Promise<ConfirmOutcome> => confirmed,
  }
  const loop = new ConfirmationLoop({
    settings,
    leases,
    verifier: { verify: async () => world.verdict },
    confirm: async (subscription) => {
      asked.push(subscription)
      return world.answer()
    },
    clock: time,
    timers: time,
    random: () => 1,
    events,
  })
  const keep = async (more: Partial<NewConfirmation> = {}): Promise<void> => {
    const raw = Buffer.from(
      JSON.stringify({ ...confirmationFields, SignatureVersion: '2', Signature: 'A', SigningCertURL: 'u' }),
    )
    await settings.confirmations.save({
      addressed: '',
      site: 'main',
      topicArn: topic,
      messageId: '1',
      token: 't',
      receivedAt: time.now(),
      publishedAt: null,
      state: 'due',
      raw,
      ...more,
    })
  }
  return {
    loop,
    leases,
    time,
    settings,
    tried,
    faults,
    asked,
    world,
    keep,
    rows: async () => settings.confirmations.list(),
  }
}

describe('the loop, where several instances run', () => {
  it('leaves it to the one that leads, and goes on when it becomes the leader', async () => {
    const { loop, leases, keep, asked, time } = setUp()
    leases.become('gone')
    await keep()
    loop.start()
    await time.advance(hour)
    expect(asked).toEqual([])
    leases.become('held')
    await turns()
    expect(asked).toHaveLength(1)
    await loop.stop(10_000)
    expect(leases.listeners()).toBe(0)
  })

  it('still serves the person who allows a topic at an instance that does not lead', async () => {
    const { loop, leases, keep, asked } = setUp()
    leases.become('gone')
    await keep({ state: 'pending', site: '' })
    expect(await loop.allow(topic, 'main')).toMatchObject([{ outcome: 'confirmed' }])
    expect(asked).toHaveLength(1)
  })

  it('knows of a topic that another instance has just allowed before it judges its confirmation', async () => {
    const { loop, settings, keep, tried } = setUp(new MemorySettings(testSite('main')))
    settings.elsewhere = async () => settings.saveSite(testSite('main', [topic]))
    await keep()
    loop.start()
    await turns()
    expect(tried).toMatchObject([{ outcome: 'confirmed' }])
    await loop.stop(10_000)
  })
})

describe('the loop', () => {
  it('confirms what is due at its start and what it is woken for', async () => {
    const { loop, keep, rows, asked, tried, time } = setUp()
    await keep()
    loop.start()
    await turns()
    expect(await rows()).toMatchObject([
      { state: 'confirmed', subscriptionArn: confirmed.subscriptionArn, authenticated: true, settledAt: time.now() },
    ])
    expect(asked).toMatchObject([
      { type: 'SubscriptionConfirmation', topicArn: topic, token: confirmationFields['Token'] },
    ])
    expect(tried).toEqual([{ outcome: 'confirmed', topicArn: topic, site: 'main', detail: '' }])

    await keep({ token: 'second' })
    loop.wake()
    loop.wake()
    await turns()
    expect((await rows()).map(({ state }) => state)).toEqual(['confirmed', 'confirmed'])
    expect(asked).toHaveLength(2)
    await loop.stop(10_000)
  })

  it('tries again with growing pauses until SNS answers', async () => {
    const { loop, keep, rows, asked, tried, time, world } = setUp()
    await keep()
    world.answer = () => noAnswer
    loop.start()
    await turns()
    expect(await rows()).toMatchObject([
      { state: 'due', attempts: 1, lastError: noAnswer.error, nextAttemptAt: time.now() + 5000 },
    ])
    await time.advance(4999)
    expect(asked).toHaveLength(1)
    await time.advance(1)
    expect(asked).toHaveLength(2)
    await time.advance(10_000)
    expect(asked).toHaveLength(3)
    world.answer = () => confirmed
    await time.advance(20_000)
    expect(await rows()).toMatchObject([{ state: 'confirmed' }])
    expect(tried.map(({ outcome }) => outcome)).toEqual(['retrying', 'retrying', 'retrying', 'confirmed'])
    await loop.stop(10_000)
  })

  it('gives up when the token is two days old, and says so', async () => {
    const { loop, keep, rows, asked, tried, time, world } = setUp()
    await keep()
    world.answer = () => noAnswer
    loop.start()
    await time.advance(48 * hour + 1)
    expect(await rows()).toMatchObject([{ state: 'failed', settledAt: time.now() - 1 }])
    expect((await rows())[0]?.lastError).toMatch(/two days.*ECONNREFUSED/)
    expect(tried.at(-1)).toMatchObject({ outcome: 'failed' })
    // A quarter of an hour apart at the end: some two hundred attempts.
    expect(asked.length).toBeGreaterThan(150)
    const attempts = asked.length
    await time.advance(48 * hour)
    expect(asked).toHaveLength(attempts)
    await loop.stop(10_000)
  })

  it('does not repeat what SNS refuses for good', async () => {
    const { loop, keep, rows, asked, tried, time, world } = setUp()
    await keep()
    world.answer = () => ({ ok: false, permanent: true, error: 'SNS says InvalidParameter' })
    loop.start()
    await time.advance(hour)
    expect(await rows()).toMatchObject([{ state: 'failed', lastError: 'SNS says InvalidParameter' }])
    expect(asked).toHaveLength(1)
    expect(tried).toMatchObject([{ outcome: 'failed', detail: 'SNS says InvalidParameter' }])
    await loop.stop(10_000)
  })

  it('confirms nothing that does not verify, and waits for a certificate that cannot be had', async () => {
    const { loop, keep, rows, asked, time, world } = setUp()
    await keep()
    world.verdict = refuse('SNS_CERTIFICATE_UNAVAILABLE', 'no answer in time')
    loop.start()
    await turns()
    expect(await rows()).toMatchObject([{ state: 'due', lastError: 'SNS_CERTIFICATE_UNAVAILABLE: no answer in time' }])
    world.verdict = refuse('SNS_SIGNATURE_INVALID', 'the signature does not fit the content')
    await time.advance(5000)
    expect(await rows()).toMatchObject([{ state: 'failed' }])
    expect(asked).toEqual([])
    await loop.stop(10_000)
  })

  it('does not confirm for a topic that was allowed and is no longer', async () => {
    const { loop, keep, rows, asked, settings } = setUp()
    await keep()
    await settings.saveSite(testSite('main'))
    loop.start()
    await turns()
    expect(await rows()).toMatchObject([{ state: 'failed', lastError: 'the topic is no longer allowed' }])
    expect(asked).toEqual([])
    await loop.stop(10_000)
  })

  it('leaves pending ones alone until their topic is allowed, however that happens', async () => {
    const { loop, keep, rows, asked, settings, time } = setUp(new MemorySettings(testSite('main'), testSite('other')))
    await keep({ state: 'pending', site: '' })
    loop.start()
    await time.advance(hour)
    expect(await rows()).toMatchObject([{ state: 'pending' }])
    expect(asked).toEqual([])
    await settings.saveSite(testSite('main', ['111122223333']))
    await turns()
    expect(await rows()).toMatchObject([{ state: 'confirmed', site: 'main' }])
    await loop.stop(10_000)
  })

  it('does not confirm a pending one that was addressed to a site which does not allow its topic', async () => {
    const { loop, keep, rows, time } = setUp(new MemorySettings(testSite('main', [topic]), testSite('other')))
    await keep({ state: 'pending', addressed: 'other', site: 'other' })
    loop.start()
    await time.advance(hour)
    expect(await rows()).toMatchObject([{ state: 'pending' }])
    await loop.stop(10_000)
  })

  it('lets a pending one run out in silence', async () => {
    const { loop, keep, rows, tried, time } = setUp(new MemorySettings(testSite('main')))
    await keep({ state: 'pending' })
    loop.start()
    await time.advance(48 * hour)
    expect(await rows()).toMatchObject([{ state: 'failed' }])
    expect(tried).toEqual([])
    await loop.stop(10_000)
  })

  it('goes on after the database failed', async () => {
    const { loop, keep, rows, faults, settings, time } = setUp()
    await keep()
    settings.confirmations.fault = storageFault()
    loop.start()
    await turns()
    expect(faults).toMatchObject([{ where: 'confirming subscriptions' }])
    settings.confirmations.fault = null
    await time.advance(30_000)
    expect(await rows()).toMatchObject([{ state: 'confirmed' }])
    await loop.stop(10_000)
  })

  it('does not lose a wake-up that comes while it is at work', async () => {
    const { loop, keep, rows, world } = setUp()
    await keep()
    const answer = Promise.withResolvers<ConfirmOutcome>()
    world.answer = async () => answer.promise
    loop.start()
    await turns()
    await keep({ token: 'second' })
    loop.wake()
    world.answer = () => confirmed
    answer.resolve(confirmed)
    await turns()
    expect((await rows()).map(({ state }) => state)).toEqual(['confirmed', 'confirmed'])
    await loop.stop(10_000)
  })

  it('ends what is under way when it is stopped, and then neither wakes nor waits', async () => {
    const { loop, keep, rows, world, settings, time, asked } = setUp()
    await keep()
    const answer = Promise.withResolvers<ConfirmOutcome>()
    world.answer = async () => answer.promise
    loop.start()
    await turns()
    const order: string[] = []
    const stop = loop.stop(10_000).finally(() => order.push('stopped'))
    await turns()
    order.push('answered')
    answer.resolve(confirmed)
    await stop
    expect(order).toEqual(['answered', 'stopped'])
    expect(await rows()).toMatchObject([{ state: 'confirmed' }])
    await keep({ token: 'second' })
    loop.wake()
    await turns()
    expect(asked).toHaveLength(1)
    expect(time.timers).toEqual([])
    expect(settings.listeners).toBe(0)
  })

  it('does not wait beyond its deadline for an SNS that is silent, and tries again after the next start', async () => {
    const { loop, keep, rows, world, time } = setUp()
    await keep()
    world.answer = async () => new Promise(() => undefined)
    loop.start()
    await turns()
    let stopped = false
    const stop = loop.stop(3000).then(() => (stopped = true))
    await time.advance(2999)
    expect(stopped).toBe(false)
    await time.advance(1)
    await stop
    expect(await rows()).toMatchObject([{ state: 'due', attempts: 0 }])
  })

  it('confirms many, a few at a time', async () => {
    const { loop, keep, rows, world } = setUp()
    for (let number = 0; number < 30; number++) await keep({ token: `t${number}` })
    let atOnce = 0
    let most = 0
    world.answer = async () => {
      most = Math.max(most, ++atOnce)
      await turns()
      atOnce--
      return confirmed
    }
    loop.start()
    for (let round = 0; round < 12; round++) await turns()
    expect((await rows()).every(({ state }) => state === 'confirmed')).toBe(true)
    expect(most).toBe(8)
    await loop.stop(10_000)
  })
})

describe('allow', () => {
  it('verifies and confirms what waits for the topic at once, without a running loop', async () => {
    const { loop, keep, rows, settings } = setUp(new MemorySettings(testSite('main')))
    await keep({ state: 'pending', site: '' })
    await settings.saveSite(testSite('main', [topic]))
    expect(await loop.allow(topic, 'main')).toEqual([
      { topicArn: topic, addressed: '', outcome: 'confirmed', detail: '' },
    ])
    expect(await rows()).toMatchObject([{ state: 'confirmed', site: 'main' }])
    expect(await loop.allow(topic, 'main')).toEqual([])
  })

  it('takes an account number for all of its topics', async () => {
    const { loop, keep, asked } = setUp(new MemorySettings(testSite('main', ['111122223333'])))
    await keep({ state: 'pending' })
    await keep({ state: 'pending', topicArn: 'arn:aws:sns:eu-west-1:444455556666:ses' })
    expect(await loop.allow('111122223333', 'main')).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('names the site that the person named where several allow the topic', async () => {
    const { loop, keep, rows } = setUp(new MemorySettings(testSite('one', [topic]), testSite('two', [topic])))
    await keep({ state: 'pending', site: '' })
    await loop.allow(topic, 'two')
    expect(await rows()).toMatchObject([{ state: 'confirmed', site: 'two' }])
  })

  it('leaves alone what was addressed to another site', async () => {
    const { loop, keep, rows } = setUp()
    await keep({ state: 'pending', addressed: 'other' })
    expect(await loop.allow(topic, 'main')).toEqual([])
    expect(await rows()).toMatchObject([{ state: 'pending' }])
  })

  it('says that a request was forged, and sends nothing', async () => {
    const { loop, keep, rows, asked, world } = setUp()
    await keep({ state: 'pending' })
    world.verdict = refuse('SNS_SIGNATURE_INVALID', 'the signature does not fit the content')
    expect(await loop.allow(topic, 'main')).toMatchObject([
      { outcome: 'refused', detail: 'SNS_SIGNATURE_INVALID: the signature does not fit the content' },
    ])
    expect(await rows()).toMatchObject([{ state: 'failed' }])
    expect(asked).toEqual([])
  })

  it('says that it goes on trying', async () => {
    const { loop, keep, rows, world } = setUp()
    await keep({ state: 'pending' })
    world.answer = () => noAnswer
    expect(await loop.allow(topic, 'main')).toMatchObject([{ outcome: 'retrying', detail: noAnswer.error }])
    expect(await rows()).toMatchObject([{ state: 'due', attempts: 1 }])
  })

  it('shares the attempt that the loop makes at the same moment', async () => {
    const { loop, keep, rows, asked, settings } = setUp(new MemorySettings(testSite('main')))
    await keep({ state: 'pending', site: '' })
    loop.start()
    await turns()
    await settings.saveSite(testSite('main', [topic]))
    expect(await loop.allow(topic, 'main')).toMatchObject([{ outcome: 'confirmed' }])
    await turns()
    expect(asked).toHaveLength(1)
    expect(await rows()).toMatchObject([{ state: 'confirmed' }])
    await loop.stop(10_000)
  })

  it('fails where the database fails', async () => {
    const { loop, keep, settings } = setUp()
    await keep({ state: 'pending' })
    settings.confirmations.fault = storageFault()
    await expect(loop.allow(topic, 'main')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })
})

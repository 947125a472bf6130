import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { connectSite } from '../../src/compose/connectSite.ts'
import type { Store } from '../../src/compose/store.ts'
import { Emitter } from '../../src/emitter.ts'
import { parseEnvelope } from '../../src/ingest/sns/envelope.ts'
import { soleInstance } from '../../src/leases/heldLeases.ts'
import type { RecorderEvents } from '../../src/recorder/events.ts'
import { Recorder } from '../../src/recorder/recorder.ts'
import type { Recipient } from '../../src/simulator/recipients.ts'
import type { SnsRequest } from '../../src/simulator/topic.ts'
import { systemTimers } from '../../src/timers.ts'
import { connectTestbed, type Testbed } from '../../testbed/testbed.ts'
import { alternate, median, medianRatio } from '../harness/alternate.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { BareClient } from '../world/bareClient.ts'
import { install } from '../world/installation.ts'
import { Messages } from '../world/messages.ts'
import { benchSite, topic } from '../world/site.ts'
import { testbedMissing } from '../world/testbedMissing.ts'

/** Bounces in a request. */
const batch = 400

/**
 * Recording in a real CiviCRM, from the inbox to the settled ledger with all that is read for deciding, against the
 * bare requests that do nothing but record.
 */
export const recording: Measure = {
  name: 'recording',
  about: 'recording in a real CiviCRM: npm run testbed -- --keep',
  missing: testbedMissing,
  run: measure,
}

async function measure({ quick, say }: MeasureOptions): Promise<readonly Figure[]> {
  const testbed = connectTestbed()
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(async () => rm(folder, { recursive: true, force: true }))
  // What it has recorded would be in the way of tests.
  stack.defer(async () => testbed.reset())
  const site = benchSite(testbed.url)
  const installation = await install({ folder, databaseUrl: null, site, apiKey: testbed.adminApiKey })
  const store = await installation.openStore('own')
  stack.defer(async () => store.close())
  const messages = new Messages(installation.identity)
  const client = new BareClient(testbed.url, testbed.adminApiKey)
  stack.defer(async () => client.close())

  const perRound = batch * (quick ? 1 : 5)
  const perRoundSingly = quick ? 10 : 40
  const told = (name: string, perSecond: number): number => {
    say(`${name}: ${perSecond.toFixed(1)} a second, ${(1000 / perSecond).toFixed(2)} ms each`)
    return perSecond
  }
  const figures = await alternate(
    {
      ours: async () => {
        const requests = messages.next(perRound, await mailing(testbed, perRound))
        await acceptAll(store, requests)
        return told('ours', perRound / (await secondsOf(async () => recordAll(store))))
      },
      bare: async () => {
        const people = await mailing(testbed, perRound)
        const seconds = await secondsOf(async () => {
          for (let from = 0; from < people.length; from += batch) await client.record(people.slice(from, from + batch))
        })
        return told('bare multi-calls', perRound / seconds)
      },
      singly: async () => {
        const people = await mailing(testbed, perRoundSingly)
        const seconds = await secondsOf(async () => {
          for (const person of people) await client.record([person])
        })
        return told('one request per bounce', perRoundSingly / seconds)
      },
    },
    quick ? 2 : 5,
  )
  const against = (name: 'bare' | 'singly', what: string, atLeast: number): Figure => ({
    what: `recording in CiviCRM, against ${what}`,
    value: medianRatio(figures('ours'), figures(name)),
    unit: 'ratio',
    demand: { atLeast },
    from: `${median(figures('ours')).toFixed(0)} against ${median(figures(name)).toFixed(0)} a second`,
  })
  return [against('bare', `bare multi-calls of ${batch}`, 0.8), against('singly', 'one request per bounce', 12)]
}

/** Fresh people with a fresh mailing: bounces of earlier rounds would make CiviCRM count more. */
async function mailing(testbed: Testbed, count: number): Promise<readonly Recipient[]> {
  const run = `${process.pid}-${Date.now().toString(36)}`
  const { jobId, rows } = await testbed.seedMailing({
    recipients: Array.from({ length: count }, (_, index) => ({ email: `bench-${run}-${index}@example.net` })),
  })
  return rows.map(({ sentTo, queueId, hash }) => ({ address: sentTo, row: { jobId, queueId, hash } }))
}

async function acceptAll({ inbox, clock }: Store, requests: readonly SnsRequest[]): Promise<void> {
  const now = clock.now()
  await Promise.all(
    requests.map(async ({ message, body }) =>
      inbox.accept({
        addressed: '',
        site: 'main',
        messageId: message.MessageId,
        topicArn: topic,
        channel: 'https',
        receivedAt: now,
        publishedAt: now,
        raw: Buffer.from(body),
        verdict: { signatureVersion: '2', certificateUrl: message.SigningCertURL, verifiedAt: now },
      }),
    ),
  )
}

/** Runs a recorder until nothing waits any more: it asks the site who it is, reads, decides, plans, calls, settles. */
async function recordAll(store: Store): Promise<void> {
  const events = new Emitter<RecorderEvents>()
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const look = async (): Promise<void> => {
    if ((await store.inbox.backlog()).length === 0) resolve()
  }
  events.on('batchFinished', () => void look())
  const recorder = new Recorder({
    inbox: store.inbox,
    ledger: store.ledger,
    receivers: store.receivers,
    settings: store.settings,
    clock: systemClock,
    timers: systemTimers,
    random: Math.random,
    events,
    connect: connectSite(
      store.settings,
      () => {
        throw new Error('the site has a CiviCRM')
      },
      systemClock,
    ),
    readEnvelope: parseEnvelope,
    leases: soleInstance(`bench-${process.pid}`),
    limits: {},
  })
  recorder.start()
  await done
  await recorder.stop(10_000)
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await work()
  return (performance.now() - begun) / 1000
}

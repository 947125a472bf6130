import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import { Acceptor } from '../ingest/accept.ts'
import type { IngestEvents } from '../ingest/events.ts'
import { HttpServer } from '../ingest/http/server.ts'
import { CachedKeys } from '../ingest/sns/certificates/cachedKeys.ts'
import { FolderSource } from '../ingest/sns/certificates/folderSource.ts'
import { SnsVerifier } from '../ingest/sns/verifier.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { MemoryInbox } from '../testing/memoryInbox.ts'
import { MemorySettings, testSite } from '../testing/memorySettings.ts'
import { simulatedAccount, simulatedSns, simulatedTopicArn } from '../testing/simulatedSns.ts'
import { systemTimers } from '../timers.ts'
import { selectCases } from './cases.ts'
import { saveCertificate } from './certificate.ts'
import { noRetries } from './deliveryPolicy.ts'
import { planMessages } from './plan.ts'
import { seededRandom } from './random.ts'
import { inventedRecipients } from './recipients.ts'
import { type SimulateOptions, simulate } from './simulate.ts'
import { httpPost } from './transport.ts'

/** The whole way of a message, from the simulator over HTTP into the gateway, as far as the inbox. */
describe('the simulator and the gateway', () => {
  const time = new FakeTime()
  const inbox = new MemoryInbox()
  let folder: string
  let server: HttpServer
  let url: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-round-trip-'))
    const events = new Emitter<IngestEvents>()
    const acceptor = new Acceptor({
      inbox,
      settings: new MemorySettings(testSite('main', [simulatedTopicArn])),
      verifier: new SnsVerifier(new CachedKeys(new FolderSource(folder), time)),
      chooseSite: () => '',
      clock: time,
      events,
      onConfirmationDue: () => undefined,
    })
    server = new HttpServer({
      acceptor,
      events,
      clock: time,
      timers: systemTimers,
      closedFor: () => null,
      isSite: () => true,
    })
    const { port } = await server.start({ host: '127.0.0.1', port: 0 })
    url = `http://127.0.0.1:${port}/sns/main`
  })
  afterAll(async () => {
    await server.stop(0)
    await rm(folder, { recursive: true })
  })

  it('agree on what is genuine: all of it is stored once, and no forgery is', async () => {
    const sns = simulatedSns(time)
    await saveCertificate(sns.identity, folder)
    const options: SimulateOptions = {
      ...sns,
      account: simulatedAccount,
      verp: { localpart: 'bounce+', separator: '.', domain: 'crm.example.org' },
      from: 'news@crm.example.org',
      recipients: inventedRecipients('user{n}@example.org', 40, seededRandom(1)),
      cases: selectCases(['all']).cases,
      count: 150,
      dialect: 'mixed',
      duplicates: 0.2,
      otherDialect: 0.2,
      forged: 0.3,
      stale: 0.2,
      reorder: 'all',
      seed: 1,
      clock: time,
      rate: Infinity,
      retryPolicy: noRetries,
    }
    const plan = planMessages(options)
    const http = httpPost({ url, connections: 8 })
    const summary = await simulate(options, {
      post: http.post,
      timers: systemTimers,
      monotonic: () => performance.now(),
    })
    await http.close()

    const forged = plan.filter(({ forgery }) => forgery !== null).length
    expect(summary).toMatchObject({ messages: plan.length, forged, wrong: 0, exhausted: 0, refused: forged })
    expect(Object.keys(summary.answers)).toEqual(['200', '400', '403'])
    // The same plan again: other MessageIds, but as many of them.
    const genuine = new Set(
      plan.filter(({ forgery }) => forgery === null).map((one) => one.request().message.MessageId),
    )
    expect(genuine.size).toBeGreaterThan(150)
    expect(inbox.stored).toHaveLength(genuine.size)
  })
})

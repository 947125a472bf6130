import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayProcess } from '../../tools/chaos/gatewayProcess.ts'
import { type Prepared, prepare } from '../../tools/chaos/prepare.ts'
import { answeringThread, type Stage, stagesOfAnswers, straceWrapper } from './syscallTrace.ts'
import { httpPost } from '../simulator/transport.ts'

/** More than kill -9 can show: that which a power cut would take. */

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'durability-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Each message is answered before the next one is sent. */
async function stagesWith(synchronous: 'FULL' | 'OFF', messages: number): Promise<readonly Stage[]> {
  const prepared = await prepare({ engine: 'sqlite', instances: 1, crm: 'builtin' }, folder, 'durability', 'paused')
  const [instance] = prepared.instances
  if (instance === undefined) throw new Error('one was asked for')
  const prefix = path.join(folder, 'trace')
  const gateway = GatewayProcess.start(
    { config: instance.config, kill: null, report: null, synchronous },
    prepared.logFile,
    straceWrapper(prefix),
  )
  await gateway.port
  const http = httpPost({ url: instance.url })
  for (const request of requestsOf(prepared, messages)) {
    expect(await http.post(request)).toMatchObject({ status: 200 })
  }
  await http.close()
  await gateway.leave()
  return stagesOfAnswers(answeringThread(prefix))
}

/** Notifications, and at last the confirmation of a topic that is not allowed, which is kept for a person. */
function requestsOf({ topic, stranger }: Prepared, messages: number) {
  const notifications = Array.from({ length: messages }, (_, index) =>
    topic.notification({ message: `{"n":${index}}` }),
  )
  return [...notifications, stranger.topic.subscriptionConfirmation()]
}

describe('a 200', () => {
  it("leaves only after the write-ahead log's sync, for every message", async () => {
    const stages = await stagesWith('FULL', 20)
    expect(stages).toEqual(Array.from({ length: 21 }, () => 'on disk'))
  })

  it('would be seen to leave too early without the sync', async () => {
    const stages = await stagesWith('OFF', 5)
    expect(stages).toEqual(Array.from({ length: 6 }, () => 'in the log, unsynced'))
  })
})

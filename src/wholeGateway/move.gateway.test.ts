import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorCatalogue } from '../errors/catalogue.ts'
import { runCommand } from '../cli/main.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { MailedPeople } from '../testing/mailedPeople.ts'
import { freePort } from '../testing/freePort.ts'
import { testIo } from '../testing/testIo.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import { httpPost } from '../simulator/transport.ts'

let bench: GatewayBench
let elsewhere: string
/** It stays where it is when everything else moves, as the command says. */
let keyFile: string
beforeEach(async () => {
  bench = await GatewayBench.make()
  elsewhere = path.join(bench.folder, 'elsewhere')
  keyFile = path.join(bench.dataFolder, 'key')
})
afterEach(async () => bench[Symbol.asyncDispose]())

/** As SNS does: again and again until it is taken. @returns the statuses on the way */
async function insist(post: (request: SnsRequest) => Promise<number>, request: SnsRequest): Promise<readonly number[]> {
  const statuses: number[] = []
  for (;;) {
    const status = await post(request)
    statuses.push(status)
    if (status === 200) return statuses
    await setTimeout(50)
  }
}

describe('move-database beside a running gateway', () => {
  it('loses and doubles nothing of what arrives meanwhile', async () => {
    await bench.start()
    const people = await MailedPeople.make(bench, 'main', 120)
    const bounces = people.bounces()
    expect(await bench.postAll(bounces.slice(0, 60))).toEqual([200])
    const { moved } = bench.gateway
    const restarted = (async () => {
      expect(await moved).toBe(elsewhere)
      await bench.stop()
      await bench.configure({ dataFolder: elsewhere, keyFile })
      await bench.start()
    })()
    const arriving = (async () => {
      const all: number[] = []
      for (const request of bounces.slice(60))
        all.push(...(await insist(async (one) => bench.post(one).catch(() => 0), request)))
      return all
    })()
    const report = await bench.ask(['move-database', bench.dataFolder, elsewhere])
    expect(report).toMatchObject({ state: 'moved', from: bench.dataFolder, to: elsewhere })
    const statuses = await arriving
    await restarted
    // 0: no connection, while it starts again.
    expect(statuses.filter((status) => ![200, 503, 0].includes(status))).toEqual([])
    // What SNS has an answer for already, and posts once more all the same.
    expect(await bench.postAll(bounces)).toEqual([200])
    await bench.recorded()
    expect(await people.counts(bench)).toEqual(people.rows.map(() => 1))
    expect(await bench.gateway.operations.inbox.deadLetters({ limit: 10 })).toEqual([])
  })

  it('leaves a place that no gateway takes for home, until somebody says so', async () => {
    await bench.start()
    await MailedPeople.make(bench, 'main', 3)
    await bench.stop()
    expect(await bench.ask(['move-database', bench.dataFolder, elsewhere, '--dry-run'])).toMatchObject({
      state: 'begins',
    })
    const first = await bench.command(['move-database', bench.dataFolder, elsewhere, '--copy-only'])
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('stays in') })
    expect(first.err).toContain('rows/s')
    // Neither place runs as the other's.
    await bench.configure({ dataFolder: elsewhere, keyFile })
    await expect(bench.start()).rejects.toMatchObject({ code: 'STORAGE_ARRIVING' })
    expect((await bench.command(['move-database', bench.dataFolder, elsewhere])).code).toBe(0)
    await bench.start()
    await bench.stop()
    await bench.configure({})
    await expect(bench.start()).rejects.toMatchObject({
      code: 'STORAGE_MOVED',
      message: expect.stringContaining(elsewhere),
    })
    expect(await bench.command(['sites', 'list'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('STORAGE_MOVED'),
    })
    // As the hint of STORAGE_MOVED says it: what the configuration names, which is where that was met.
    const [, hinted = ''] = /civicrm-ses (move-database .+?)\.$/.exec(errorCatalogue.STORAGE_MOVED.hint) ?? []
    expect(await bench.ask(hinted.split(' '))).toEqual({ state: 'takenBack' })
    expect(await bench.ask(['move-database', bench.dataFolder, '--take-back'])).toEqual({ state: 'home' })
    await bench.start()
  })

  it('takes no data folder for its target in which a gateway is at home', async () => {
    await bench.start()
    const other = await GatewayBench.make()
    try {
      await other.start()
      expect(await bench.command(['move-database', bench.dataFolder, other.dataFolder, '--replace'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('STORAGE_LOCKED'),
      })
    } finally {
      await other[Symbol.asyncDispose]()
    }
  })

  it('says how it is called', async () => {
    await bench.start()
    const usage = async (...argv: string[]): Promise<unknown> => bench.command(['move-database', ...argv])
    const wrong = { code: 2, err: expect.stringContaining('COMMAND_USAGE') }
    expect(await usage()).toMatchObject(wrong)
    expect(await usage(bench.dataFolder)).toMatchObject(wrong)
    expect(await usage(bench.dataFolder, `${bench.dataFolder}/../data`)).toMatchObject(wrong)
    expect(await usage('-', '-')).toMatchObject(wrong)
    expect(await usage(bench.dataFolder, elsewhere, '--take-back')).toMatchObject(wrong)
    expect(await usage(bench.dataFolder, 'env:NOT_SET')).toMatchObject(wrong)
    expect(await usage(elsewhere, bench.dataFolder)).toMatchObject({ err: expect.stringContaining('STORAGE_MISSING') })
    expect(await usage(bench.dataFolder, 'file:nowhere')).toMatchObject({
      err: expect.stringContaining('INPUT_UNREADABLE'),
    })
  })
})

it('serve goes on in the new place by itself, once the configuration names it', async () => {
  const port = await freePort()
  await bench.start()
  const people = await MailedPeople.make(bench, 'main', 2)
  await bench.stop()
  await bench.configure({ listen: { port } })
  const { io, stop, err } = testIo({ environment: { CIVICRM_SES_CONFIG: bench.configFile } })
  const serving = runCommand(['serve'], io)
  const post = httpPost({ url: `http://127.0.0.1:${port}/civicrm/ses/webhook` })
  const [first, second] = people.bounces()
  const send = async (request: SnsRequest): Promise<number> => (await post.post(request)).status ?? 0
  await insist(send, first!)
  await bench.configure({ listen: { port }, dataFolder: elsewhere, keyFile })
  const move = ['move-database', bench.dataFolder, elsewhere]
  expect((await bench.command(move)).code).toBe(0)
  await insist(send, second!)
  stop()
  expect(await serving).toBe(0)
  expect(err()).toContain(`moved to ${elsewhere}`)
  await post.close()
  await bench.start()
  await bench.recorded()
  expect(await people.counts(bench)).toEqual([1, 1])
})

import { copyFileSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import { SmallDisk } from './smallDisk.ts'

/** The data folder on a file system that is really full. */

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:crm'
const patient = { timeout: 20_000, interval: 50 }

let disk: SmallDisk
let bench: GatewayBench
let feed: SiteFeed
let reports = 0

beforeEach(async () => {
  disk = SmallDisk.make(24)
  bench = await GatewayBench.make({
    config: { dataFolder: path.join(disk.folder, 'data') },
    alarmPace: { gatherMs: 0, everyMs: 0, calmMs: 0, patience: 0, lookMs: 100 },
  })
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  const options = ['--builtin', '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options])
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
  disk[Symbol.dispose]()
})

async function report(): Promise<number> {
  reports += 1
  return bench.post(feed.report('reject', feed.receipt(`p${reports}@example.net`), { dialect: 'eventPublishing' }))
}

/** What became of so many reports, one after the other: how many were answered so. */
async function reportMany(count: number): Promise<Readonly<Record<number, number>>> {
  const answers: Record<number, number> = {}
  for (let sent = 0; sent < count; sent += 1) {
    const status = await report()
    answers[status] = (answers[status] ?? 0) + 1
  }
  return answers
}

async function readiness(): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`http://127.0.0.1:${bench.gateway.port}/readyz`)
  return { status: response.status, body: await response.text() }
}

/** Kinds of active alarms. */
async function alarms(): Promise<string> {
  return JSON.stringify(await bench.ask(['alarms']))
}

describe('a database file that is removed or replaced while the gateway runs', () => {
  it.each(['removed', 'replaced'])(
    '%s: nothing is acknowledged any more, and all goes on once it is back',
    async (way) => {
      const file = path.join(disk.folder, 'data', 'civicrm-ses.db')
      expect(await report()).toBe(200)
      renameSync(file, `${file}.away`)
      if (way === 'replaced') copyFileSync(`${file}.away`, file)
      expect(await report()).toBe(503)
      await expect.poll(async () => (await readiness()).status, patient).toBe(503)
      await expect.poll(alarms, patient).toContain('"storage"')
      renameSync(`${file}.away`, file)
      await expect.poll(report, patient).toBe(200)
      await expect.poll(async () => (await readiness()).status, patient).toBe(200)
      await bench.recorded()
    },
  )
})

describe('a full disk', () => {
  it('is answered 503 and told of; with room again all goes on by itself, and nothing acknowledged is missing', async () => {
    let acknowledged = (await reportMany(20))[200] ?? 0
    expect(acknowledged).toBe(20)

    disk.fill()
    // What the log has taken before is written over first.
    let full = await reportMany(50)
    while ((full[503] ?? 0) === 0) {
      acknowledged += full[200] ?? 0
      full = await reportMany(50)
    }
    acknowledged += full[200] ?? 0
    expect(Object.keys(full).filter((status) => !['200', '503'].includes(status))).toEqual([])
    await expect.poll(async () => (await readiness()).status, patient).toBe(503)
    await expect.poll(alarms, patient).toContain('"storage"')

    disk.clear()
    await expect.poll(report, patient).toBe(200)
    acknowledged += 1 + ((await reportMany(20))[200] ?? 0)
    await expect.poll(async () => (await readiness()).status, patient).toBe(200)
    await expect.poll(alarms, patient).not.toContain('"storage"')
    await bench.recorded()
    await bench.stop()

    const stored = new DatabaseSync(path.join(disk.folder, 'data', 'civicrm-ses.db'))
    try {
      expect(stored.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
      const states = stored.prepare('SELECT state, count(*) AS count FROM notification GROUP BY state').all()
      expect(states).toEqual([{ state: 'recorded', count: acknowledged }])
      expect(stored.prepare('SELECT count(*) AS count FROM mail_event').get()).toEqual({ count: acknowledged })
    } finally {
      stored.close()
    }
  })

  it('on which too little is free takes nothing on before the database meets its end', async () => {
    await bench.stop()
    await bench.configure({ dataFolder: path.join(disk.folder, 'data'), minimumFreeMiB: 20 })
    await bench.start()
    disk.fill()
    await bench.stop()
    await bench.start()
    expect(await report()).toBe(503)
    expect((await readiness()).body).toContain('"disk":"failed"')
    disk.clear()
    await expect.poll(report, patient).toBe(200)
  })
})

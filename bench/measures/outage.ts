import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SeededQueueRow } from '../../testbed/seeded.ts'
import { connectTestbed, type Testbed } from '../../testbed/testbed.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { GatewayProcess } from '../world/gatewayProcess.ts'
import { install } from '../world/installation.ts'
import { load } from '../world/load.ts'
import { benchSite } from '../world/site.ts'
import { testbedMissing } from '../world/testbedMissing.ts'

/** Per second: what an account with a high sending rate can cause in bounces when a mailing goes wrong. */
const rate = 500

/** From POST to 200, milliseconds at most. */
const budgetMs = 50

/** Recipients of one mailing: one statement of the seeding bears that many. */
const perMailing = 5000

/** How long nothing may be recorded, once CiviCRM is back, before the rest counts as lost. */
const patienceMs = 180_000

/**
 * A real CiviCRM is away for a minute while bounces come in at a high rate, and comes back: what is answered meanwhile,
 * and what stands in its own tables in the end.
 */
export const outage: Measure = {
  name: 'outage',
  about: `a real CiviCRM away for a minute at ${rate} bounces a second, then back: npm run testbed -- --keep`,
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
  const count = rate * (quick ? 4 : 60)
  say(`seeding ${count} queue rows`)
  const rows = await mailings(testbed, count)
  const recipientsFile = path.join(folder, 'recipients')
  await writeFile(
    recipientsFile,
    rows.map(({ sentTo, jobId, queueId, hash }) => `${sentTo},${jobId},${queueId},${hash}\n`).join(''),
  )
  const { certificatesFolder, configFile } = await install({
    folder,
    databaseUrl: null,
    site: benchSite(testbed.url),
    apiKey: testbed.adminApiKey,
  })
  const gateway = await GatewayProcess.start(configFile)
  stack.defer(async () => gateway.stop())

  const sending = { certificatesFolder, recipientsFile, count, rate, port: gateway.port, seed: `outage-${process.pid}` }
  const { answers, latency, late } = await whileStopped(testbed, async () => load(sending))
  say(`answered: ${JSON.stringify(answers)}`)
  const begun = performance.now()
  await allRecorded(testbed, rows, say)
  await gateway.drained(patienceMs)
  const seconds = (performance.now() - begun) / 1000

  const { lost, doubled } = await balance(testbed, rows)
  const p99 = latency?.p99 ?? Infinity
  const notAnswered = count - (answers['200'] ?? 0)
  const ofThem = `of ${count}; recorded within ${seconds.toFixed(0)} s of its return`
  return [
    {
      what: `p99 from POST to 200 at ${rate} a second, a real CiviCRM stopped`,
      value: p99,
      unit: 'ms',
      demand: { below: budgetMs },
      from: `p50 ${latency?.p50.toFixed(1)} ms; the sender itself was late by p99 ${late?.p99.toFixed(1)} ms`,
    },
    {
      what: 'of them not answered 200',
      value: notAnswered,
      unit: 'messages',
      demand: { below: 1 },
      from: `of ${count}`,
    },
    { what: 'of them not in its tables', value: lost, unit: 'messages', demand: { below: 1 }, from: ofThem },
    { what: 'of them there more than once', value: doubled, unit: 'messages', demand: { below: 1 }, from: ofThem },
  ]
}

async function whileStopped<T>(testbed: Testbed, work: () => Promise<T>): Promise<T> {
  await testbed.killPhp()
  try {
    return await work()
  } finally {
    await testbed.startPhp()
  }
}

async function mailings(testbed: Testbed, count: number): Promise<readonly SeededQueueRow[]> {
  // Names unlike those of any other run: the test bed may hold people of earlier ones.
  const run = Date.now().toString(36)
  const rows: SeededQueueRow[] = []
  while (rows.length < count) {
    const first = rows.length
    const mailing = await testbed.seedMailing({
      recipients: Array.from({ length: Math.min(perMailing, count - first) }, (_, index) => ({
        email: `outage-${run}-${first + index}@example.net`,
      })),
    })
    rows.push(...mailing.rows)
  }
  return rows
}

/** Resolves when all have a row, or when for long none has come: the balance tells then. */
async function allRecorded(
  testbed: Testbed,
  rows: readonly SeededQueueRow[],
  say: (line: string) => void,
): Promise<void> {
  let [recorded, since] = [-1, performance.now()]
  while (performance.now() - since < patienceMs) {
    const now = (await bouncesByRow(testbed, rows)).size
    if (now === rows.length) return
    if (now > recorded) {
      ;[recorded, since] = [now, performance.now()]
      say(`recorded ${now} of ${rows.length}`)
    }
    await delay(2000)
  }
}

async function balance(
  testbed: Testbed,
  rows: readonly SeededQueueRow[],
): Promise<{ readonly lost: number; readonly doubled: number }> {
  const bounces = await bouncesByRow(testbed, rows)
  return {
    lost: rows.length - bounces.size,
    doubled: [...bounces.values()].filter((times) => times > 1).length,
  }
}

/** How many rows of CiviCRM's bounce table belong to each queue row that has any. */
async function bouncesByRow(testbed: Testbed, rows: readonly SeededQueueRow[]): Promise<ReadonlyMap<number, number>> {
  const jobs = [...new Set(rows.map(({ jobId }) => jobId))]
  const found = await testbed.sql(
    `SELECT b.event_queue_id AS id, COUNT(*) AS times FROM civicrm_mailing_event_bounce b
     JOIN civicrm_mailing_event_queue q ON q.id = b.event_queue_id
     WHERE q.job_id IN (${jobs.map(() => '?').join(', ')}) GROUP BY b.event_queue_id`,
    jobs,
  )
  return new Map(found.map(({ id, times }) => [Number(id), Number(times)]))
}

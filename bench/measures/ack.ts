import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { latenciesOf } from '../../src/simulator/latencies.ts'
import { inventedRecipients } from '../../src/simulator/recipients.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { freePort } from '../../src/testing/freePort.ts'
import { GatewayProcess } from '../world/gatewayProcess.ts'
import { install } from '../world/installation.ts'
import { load, type LoadResult } from '../world/load.ts'
import { PeerProcess } from '../world/peerProcess.ts'
import { benchSite } from '../world/site.ts'

/** Per second: what an account with a high sending rate can cause in bounces when a mailing goes wrong. */
const rate = 500

/** What SNS waits for, milliseconds; promised at most. */
const budgetMs = 50

/**
 * How long SNS waits for its 200 while CiviCRM is down and the gateway tries it again and again. Gateway, sender and
 * a bare server for comparison are processes of their own; messages leave at their time whether or not the earlier
 * ones are answered.
 */
export const acknowledgement: Measure = {
  name: 'ack',
  about: `from POST to 200 at ${rate} a second, with CiviCRM down`,
  missing: async () => null,
  run: measure,
}

async function measure({ quick, say }: MeasureOptions): Promise<readonly Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(async () => rm(folder, { recursive: true, force: true }))
  const count = rate * (quick ? 4 : 20)
  const site = benchSite(`http://127.0.0.1:${await freePort()}`)
  const installation = await install({ folder: path.join(folder, 'ours'), databaseUrl: null, site, apiKey: 'none' })
  const recipientsFile = path.join(folder, 'recipients')
  const people = inventedRecipients('person-{n}@example.net', count, seededRandom(1))
  await writeFile(
    recipientsFile,
    people.map(({ address, row }) => `${address},${row?.jobId},${row?.queueId},${row?.hash}\n`).join(''),
  )
  const peer = await PeerProcess.start(installation.certificateFile, path.join(folder, 'peer.db'))
  stack.defer(async () => peer.stop())
  const gateway = await GatewayProcess.start(installation.configFile)
  stack.defer(async () => gateway.stop())

  const sending = { certificatesFolder: installation.certificatesFolder, recipientsFile, count, rate }
  const rounds: { readonly ours: LoadResult; readonly bare: LoadResult }[] = []
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    const one = { seed: `bench-${round}` }
    const bare = await load({ ...sending, ...one, port: peer.port })
    const ours = await load({ ...sending, ...one, port: gateway.port })
    rounds.push({ ours, bare })
    say(`bare ${shown(bare)}; ours ${shown(ours)}; load of the machine ${(loadavg()[0] ?? 0).toFixed(1)}`)
  }
  const best = rounds.toSorted((one, other) => p99(one.ours) - p99(other.ours))[Math.floor((rounds.length - 1) / 2)]
  if (best === undefined) throw new Error('no round was measured')
  const refused = rounds.reduce((sum, { ours }) => sum + count - (ours.answers['200'] ?? 0), 0)
  const late = latenciesOf(rounds.map(({ ours }) => ours.late?.p99 ?? 0))
  return [
    {
      what: `p99 from POST to 200 at ${rate} a second, CiviCRM down`,
      value: p99(best.ours),
      unit: 'ms',
      demand: { below: budgetMs },
      from: `bare server ${p99(best.bare).toFixed(1)} ms; the sender itself was late by p99 ${late?.p50.toFixed(1)} ms`,
    },
    {
      what: 'of them not answered 200',
      value: refused,
      unit: 'messages',
      demand: { below: 1 },
      from: `${rounds.length} × ${count} messages`,
    },
  ]
}

function p99({ latency }: LoadResult): number {
  return latency?.p99 ?? Infinity
}

function shown({ latency }: LoadResult): string {
  return latency === null
    ? 'no 200'
    : `p50 ${latency.p50.toFixed(1)} p99 ${latency.p99.toFixed(1)} max ${latency.max.toFixed(0)} ms`
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fill } from '../../tools/fill/fill.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { closedLoop } from '../world/closedLoop.ts'
import { freePort } from '../../src/testing/freePort.ts'
import { GatewayProcess } from '../world/gatewayProcess.ts'
import { install } from '../world/installation.ts'
import { Messages } from '../world/messages.ts'
import { memoryOf } from '../world/processTime.ts'
import { benchSite } from '../world/site.ts'

/** How much memory a gateway takes with a million notifications waiting for a CiviCRM that is away. */
export const memory: Measure = {
  name: 'memory',
  about: 'memory with a great backlog',
  missing: async () => (process.platform === 'linux' ? null : 'the memory of another process is read from /proc'),
  run: measure,
}

async function measure({ quick, say }: MeasureOptions): Promise<readonly Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(async () => rm(folder, { recursive: true, force: true }))
  const waiting = quick ? 20_000 : 1_000_000
  const site = benchSite(`http://127.0.0.1:${await freePort()}`)
  const { configFile, dataFolder, identity } = await install({ folder, databaseUrl: null, site, apiKey: 'none' })
  await fill(
    {
      folder: dataFolder,
      databaseUrl: null,
      events: 0,
      waiting,
      raw: null,
      contacts: false,
      siteId: site.id,
      until: Date.now(),
      days: 1,
      seed: '1',
    },
    (done, of) => {
      if (done % 50_000 === 0) say(`${done} of ${of} wait`)
    },
  )
  const gateway = await GatewayProcess.start(configFile)
  stack.defer(async () => gateway.stop())
  const messages = new Messages(identity)
  // It tries its site meanwhile, is asked how it does, and takes more in.
  for (let turn = 0; turn < (quick ? 4 : 20); turn += 1) {
    await closedLoop([gateway.port], messages.next(500))
    await (await fetch(`http://127.0.0.1:${gateway.port}/metrics`)).text()
    await delay(500)
  }
  const { now, most } = memoryOf(gateway.pid)
  const { backlog } = await gateway.status()
  return [
    {
      what: `memory with ${(backlog[0]?.waiting ?? 0) >= waiting ? waiting : 0} waiting, at most`,
      value: most,
      unit: 'MiB',
      demand: { below: 250 },
      from: `${now.toFixed(0)} MiB at the end`,
    },
  ]
}

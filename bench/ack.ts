import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { systemClock } from '../src/clock.ts'
import { openStore } from '../src/compose/openStore.ts'
import { openSigningIdentity } from '../src/simulator/identityFile.ts'
import { regionOfArn } from '../src/simulator/region.ts'
import { builtinBehind } from './ack/builtinBehind.ts'
import { civicrmBehind } from './ack/civicrmBehind.ts'
import type { CrmBehind, RecordedBounces } from './ack/crmBehind.ts'
import { GatewayProcess } from './ack/gatewayProcess.ts'
import { type LoadResult, load } from './ack/load.ts'
import { PeerProcess } from './ack/peerProcess.ts'
import { benchSite, topic } from './ack/site.ts'

const help = `How long SNS waits for its 200 while CiviCRM is down, and whether all is recorded once after it is back.

npm run bench:ack -- [--rate 500] [--seconds 60] [--crm builtin|civicrm]

The gateway, a bare server for comparison, and the sender are processes of their own on this machine.
civicrm: the running test bed. Status 0: p99 below 50 ms, every answer a 200, each bounce recorded once.
`

/** What is promised, milliseconds. */
const budget = 50

/** How long the recording of what gathered may take. */
const patienceMs = 1_200_000

const options = {
  rate: { type: 'string', default: '500' },
  seconds: { type: 'string', default: '60' },
  crm: { type: 'string', default: 'builtin' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options, strict: true })
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
  const known = ['builtin', 'civicrm'].includes(values.crm)
  if (values.help || !known || !(rate > 0) || !(seconds > 0)) {
    print(help)
    return values.help ? 0 : 2
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  try {
    return await measure({ folder, crm: values.crm, rate, count: Math.round(rate * seconds) })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Measurement {
  readonly folder: string
  readonly crm: string
  readonly rate: number
  readonly count: number
}

async function measure({ folder, crm, rate, count }: Measurement): Promise<number> {
  const dataFolder = path.join(folder, 'data')
  const configFile = path.join(folder, 'civicrm-ses.yaml')
  const certificatesFolder = path.join(folder, 'certificates')
  const recipientsFile = path.join(folder, 'recipients')
  await mkdir(certificatesFolder)
  await openSigningIdentity({
    identityFile: `${certificatesFolder}.key`,
    certificatesFolder,
    region: regionOfArn(topic),
    now: systemClock.now(),
  })
  await writeFile(configFile, stringify({ dataFolder, certificatesFolder, listen: { port: 0 } }))

  let gateway: GatewayProcess | null = null
  const running = (): GatewayProcess => {
    if (gateway === null) throw new Error('the gateway does not run')
    return gateway
  }
  const behind = crm === 'builtin' ? await builtinBehind(dataFolder, count, running) : await civicrmBehind(count)
  await addSite(dataFolder, behind)
  await writeFile(
    recipientsFile,
    behind.recipients
      .map(({ address, row }) => `${address},${row?.jobId ?? ''},${row?.queueId ?? ''},${row?.hash ?? ''}\n`)
      .join(''),
  )
  print(`${count} notifications at ${rate} a second; behind the gateway: ${behind.name}\n`)
  try {
    const sending = { certificatesFolder, recipientsFile, count, rate }
    const peer = await PeerProcess.start(await onlyFile(certificatesFolder), path.join(folder, 'peer.db'))
    const compared = await load({ ...sending, port: peer.port })
    await peer.stop()
    printLine('bare server', compared)

    gateway = await GatewayProcess.start(configFile)
    const measured = await load({ ...sending, port: gateway.port })
    printLine('gateway', measured)

    const back = performance.now()
    await behind.comeBack()
    await gateway.drained(patienceMs)
    const took = (performance.now() - back) / 1000
    const { effects } = await gateway.status()
    await gateway.stop()
    const recorded = await behind.recorded()
    print(`recorded ${took.toFixed(0)} s after it was back: ${recordedText(recorded)}\n`)
    print(`effects: ${effects.map(({ effect, state, count: times }) => `${times} ${effect} ${state}`).join(', ')}\n`)
    return isGood(measured, recorded, count) ? 0 : 1
  } finally {
    await gateway?.stop()
    await behind.end()
  }
}

/** Before the gateway runs, so that the first message finds everything in place. */
async function addSite(dataFolder: string, { url, apiKey }: CrmBehind): Promise<void> {
  const store = await openStore({ folder: dataFolder, keyFile: null, clock: systemClock, access: 'own' })
  const site = benchSite(url)
  await store.settings.saveSite(site)
  await store.settings.saveSecret(site.id, 'apiKey', apiKey)
  await store.close()
}

async function onlyFile(folder: string): Promise<string> {
  const [name = ''] = await readdir(folder)
  return path.join(folder, name)
}

function isGood({ answers, latency }: LoadResult, { once }: RecordedBounces, count: number): boolean {
  return answers['200'] === count && latency !== null && latency.p99 < budget && once === count
}

function printLine(name: string, { answers, latency, late, seconds }: LoadResult): void {
  const figures = latency === null ? 'no 200' : `p50 ${ms(latency.p50)}  p99 ${ms(latency.p99)}  max ${ms(latency.max)}`
  const statuses = Object.entries(answers).map(([status, times]) => `${times} × ${status}`)
  const lateness = late === null ? '' : `; the sender itself was late by p99 ${ms(late.p99)}, max ${ms(late.max)}`
  const machine = loadavg()[0] ?? 0
  print(
    `${name.padEnd(12)} ${figures}  (${statuses.join(', ')} in ${seconds.toFixed(1)} s${lateness}; load of the machine ${machine.toFixed(1)})\n`,
  )
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`
}

function recordedText({ once, lost, doubled }: RecordedBounces): string {
  return `${once} once, ${lost} lost, ${doubled} doubled`
}

function print(text: string): void {
  process.stdout.write(text)
}

process.exitCode = await main()

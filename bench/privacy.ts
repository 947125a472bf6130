import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { z } from 'zod'
import { systemClock } from '../src/clock.ts'
import { openStore } from '../src/compose/openStore.ts'
import { openSigningIdentity } from '../src/simulator/identityFile.ts'
import { regionOfArn } from '../src/simulator/region.ts'
import { GatewayProcess } from './world/gatewayProcess.ts'
import { type LoadResult, load } from './world/load.ts'
import { benchSite, topic } from './world/site.ts'

const help = `What removing and forgetting cost on a full store, and how long SNS waits for its 200 meanwhile.

node tools/fill/cli.ts --events 1000000 --folder /tmp/full --days 500
npm run bench:privacy -- --folder /tmp/full [--rate 200] [--seconds 60] [--address NAME]

The folder is changed: what is old is removed, the address is forgotten. The gateway, the commands and the sender are
processes of their own on this machine.
`

const options = {
  folder: { type: 'string' },
  rate: { type: 'string', default: '200' },
  seconds: { type: 'string', default: '60' },
  address: { type: 'string', default: 'nobody@example.org' },
  help: { type: 'boolean', default: false },
} as const

/** Everything that is older than the newest third of a store of 500 days. */
const ages = { rawMessages: 30, opensAndClicks: 30, facts: 90, addresses: 180, messageKeys: 180, ledger: 400 }
const nothing = Object.fromEntries(Object.keys(ages).map((name) => [name, 'never']))

const removedSchema = z.looseObject({ removed: z.record(z.string(), z.number()) })
const forgottenSchema = z.looseObject({ changed: z.array(z.looseObject({ what: z.string(), rows: z.number() })) })

async function main(): Promise<number> {
  const { values } = parseArgs({ options, strict: true })
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
  if (values.help || values.folder === undefined || !(rate > 0) || !(seconds > 0)) {
    print(help)
    return values.help ? 0 : 2
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  try {
    await measure({ folder, dataFolder: path.resolve(values.folder), rate, seconds, address: values.address })
    return 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Measurement {
  readonly folder: string
  readonly dataFolder: string
  readonly rate: number
  readonly seconds: number
  readonly address: string
}

async function measure({ folder, dataFolder, rate, seconds, address }: Measurement): Promise<void> {
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
  const count = Math.round(rate * seconds)
  const run = Date.now().toString(36)
  const people = Array.from({ length: count }, (_, index) => `person-${run}-${index}@example.org\n`)
  await writeFile(recipientsFile, people.join(''))
  await allowTopic(dataFolder)
  /** Sends for a while, and does something besides. */
  async function meanwhile(
    name: string,
    retention: object,
    work: (gateway: GatewayProcess) => Promise<string>,
  ): Promise<void> {
    await writeFile(configFile, stringify({ dataFolder, certificatesFolder, listen: { port: 0 }, retention }))
    const gateway = await GatewayProcess.start(configFile)
    try {
      const sent = load({ port: gateway.port, certificatesFolder, recipientsFile, count, rate, seed: 'removal' })
      const begun = performance.now()
      const said = await work(gateway)
      const took = (performance.now() - begun) / 1000
      printLine(name, await sent)
      print(`${' '.repeat(12)} ${said} in ${took.toFixed(1)} s; the file has ${await mebibytes(dataFolder)} MiB\n`)
    } finally {
      await gateway.stop()
    }
  }
  await meanwhile('nothing else', nothing, async () => 'nothing')
  await meanwhile('forget', nothing, async (gateway) => {
    const { changed } = forgottenSchema.parse(await gateway.command('forget', address, '--yes'))
    return `forgotten: ${changed.map(({ what, rows }) => `${rows} ${what}`).join(', ') || 'nothing'}`
  })
  await meanwhile('retention', ages, async (gateway) => {
    const { removed } = removedSchema.parse(await gateway.command('retention', '--run-now'))
    return `removed: ${JSON.stringify(removed)}`
  })
}

async function allowTopic(dataFolder: string): Promise<void> {
  const store = await openStore({ folder: dataFolder, keyFile: null, clock: systemClock, access: 'own' })
  const site = store.settings.sites()[0] ?? benchSite('http://127.0.0.1:9')
  await store.settings.saveSite({ ...site, topics: [topic] })
  await store.close()
}

async function mebibytes(dataFolder: string): Promise<string> {
  const { size } = await stat(path.join(dataFolder, 'civicrm-ses.db'))
  return (size / 1024 / 1024).toFixed(0)
}

function printLine(name: string, { answers, latency, late }: LoadResult): void {
  const figures = latency === null ? 'no 200' : `p50 ${ms(latency.p50)}  p99 ${ms(latency.p99)}  max ${ms(latency.max)}`
  const statuses = Object.entries(answers).map(([status, times]) => `${times} × ${status}`)
  const lateness = late === null ? '' : `; the sender itself was late by p99 ${ms(late.p99)}`
  print(`${name.padEnd(12)} ${figures}  (${statuses.join(', ')}${lateness})\n`)
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`
}

function print(text: string): void {
  process.stdout.write(text)
}

process.exitCode = await main()

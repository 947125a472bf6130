import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findPostgres, PostgresServer } from '../../src/testing/postgresServer.ts'
import { alternate, median, medianRatio } from '../harness/alternate.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { closedLoop } from '../world/closedLoop.ts'
import { GatewayProcess } from '../world/gatewayProcess.ts'
import { install, type Installation } from '../world/installation.ts'
import { Messages } from '../world/messages.ts'
import { PeerProcess } from '../world/peerProcess.ts'
import { processorSeconds } from '../world/processTime.ts'
import { benchSite } from '../world/site.ts'

/**
 * From a POST to the 200 after the commit, as fast as the gateway takes them: against a bare server of Node with
 * the same verification and a bare group commit on the same engine. The site is paused, so that nothing else is done
 * meanwhile; senders and servers share the machine.
 */
export const httpToDurable: Measure = {
  name: 'http',
  about: 'from POST to the 200 after the commit, on SQLite and PostgreSQL',
  missing: async () => null,
  run: measure,
}

/** One that answers: its ports, and the processes whose time it takes. */
interface Contender {
  readonly ports: readonly number[]
  readonly pids: readonly number[]
}

/** Processor time of a message, µs, of who takes part in it. Each core that they share bears their sum. */
interface Spent {
  readonly answering: number[]
  readonly database: number[]
  readonly sending: number[]
}

async function measure(options: MeasureOptions): Promise<readonly Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(async () => rm(folder, { recursive: true, force: true }))

  const site = benchSite(null, { mode: 'paused' })
  const alone = await install({ folder: path.join(folder, 'sqlite'), databaseUrl: null, site })
  const peerFile = path.join(folder, 'peer.db')
  const sqlite = {
    ours: contender(await startGateway(stack, alone)),
    bare: contender(await startPeer(stack, alone, peerFile)),
  }
  const figures = [...(await compare('SQLite', sqlite, new Messages(alone.identity), options))]
  if (findPostgres() === null) {
    options.say('no PostgreSQL on this machine: its part is left out')
    return figures
  }

  const server = await PostgresServer.create({ durable: true })
  stack.defer(async () => server.remove())
  await server.createDatabase('ours')
  await server.createDatabase('bare')
  const databaseUrl = server.url('ours')
  const one = await install({ folder: path.join(folder, 'one'), databaseUrl, site })
  const two = await install({ folder: path.join(folder, 'two'), databaseUrl, site, beside: one })
  const [first, second] = [await startGateway(stack, one), await startGateway(stack, two)]
  const postgres = {
    ours: contender(first),
    two: contender(first, second),
    bare: contender(await startPeer(stack, one, server.url('bare'))),
  }
  const backends = async (): Promise<number> => timeOf(await processesOf(server))
  figures.push(...(await compare('PostgreSQL', postgres, new Messages(one.identity), options, backends)))
  return figures
}

/** All take the same messages in each round, a round after the other. */
async function compare(
  engine: string,
  contenders: { readonly ours: Contender; readonly bare: Contender; readonly two?: Contender },
  messages: Messages,
  { quick, say }: MeasureOptions,
  databaseSeconds: () => Promise<number> = async () => 0,
): Promise<readonly Figure[]> {
  const perRound = quick ? 1000 : 4000
  const rounds = quick ? 3 : 9
  // A gateway runs for months, and the larger program takes longer until all of it is compiled to the best code.
  const warmUp = quick ? 2000 : 20_000
  const spent = { ours: nothingSpent(), bare: nothingSpent(), two: nothingSpent() }
  const waits = { p50: [] as number[], p99: [] as number[] }
  // Two on one database know each other's messages, so each contender has its own.
  const round =
    (name: 'ours' | 'bare' | 'two', { ports, pids }: Contender) =>
    async (): Promise<number> => {
      const requests = messages.next(perRound)
      const before = { answering: timeOf(pids), database: await databaseSeconds(), sending: timeOf([process.pid]) }
      const { perSecond, latency } = await closedLoop(ports, requests)
      const perMessage = (seconds: number): number => (seconds / perRound) * 1e6
      spent[name].sending.push(perMessage(timeOf([process.pid]) - before.sending))
      spent[name].answering.push(perMessage(timeOf(pids) - before.answering))
      spent[name].database.push(perMessage((await databaseSeconds()) - before.database))
      if (name === 'ours') {
        waits.p50.push(latency.p50)
        waits.p99.push(latency.p99)
      }
      say(`${engine} ${name}: ${perSecond.toFixed(0)} a second, p50 ${latency.p50.toFixed(1)} ms`)
      return perSecond
    }
  const { ours, bare, two } = contenders
  say(`${engine}: ${warmUp} messages to each, to warm it up`)
  for (const { ports } of [ours, bare, ...(two === undefined ? [] : [two])])
    for (let sent = 0; sent < warmUp; sent += perRound) await closedLoop(ports, messages.next(perRound))
  const rates: Record<string, () => Promise<number>> = { ours: round('ours', ours), bare: round('bare', bare) }
  if (two !== undefined) rates['two'] = round('two', two)
  const figures = await alternate(rates, rounds)
  const twoFigures = two === undefined ? [] : figures('two')
  return [
    {
      what: `HTTP to durable 200, ${engine}, against a bare server`,
      value: medianRatio(figures('ours'), figures('bare')),
      unit: 'ratio',
      demand: { atLeast: 0.8 },
      from: against(figures('ours'), figures('bare')),
    },
    {
      what: `its processor time for a message, ${engine}, of the bare server's`,
      value: median(spent.ours.answering) / median(spent.bare.answering),
      unit: 'ratio',
      demand: null,
      from: `${median(spent.ours.answering).toFixed(0)} against ${median(spent.bare.answering).toFixed(0)} µs`,
    },
    {
      // Where all cores are busy this is what the throughput can be.
      what: `processor time of all for a message, ${engine}: bare against ours`,
      value: sumOf(spent.bare) / sumOf(spent.ours),
      unit: 'ratio',
      demand: null,
      from: `server, database and sender: ${saidOf(spent.bare)} against ${saidOf(spent.ours)} µs`,
    },
    wait(`p50 from POST to 200, ${engine}, as fast as it takes them`, waits.p50),
    wait(`p99 from POST to 200, ${engine}, as fast as it takes them`, waits.p99),
    ...(twoFigures.length === 0
      ? []
      : [
          {
            what: 'two instances on PostgreSQL, against one',
            value: medianRatio(twoFigures, figures('ours')),
            unit: 'ratio' as const,
            demand: { atLeast: 0.9 },
            from: against(twoFigures, figures('ours')),
          },
        ]),
  ]
}

function nothingSpent(): Spent {
  return { answering: [], database: [], sending: [] }
}

function sumOf({ answering, database, sending }: Spent): number {
  return median(answering) + median(database) + median(sending)
}

function saidOf({ answering, database, sending }: Spent): string {
  return [answering, database, sending].map((each) => median(each).toFixed(0)).join(' + ')
}

/** The server's processes for connections, and those that write for all of them. */
async function processesOf(server: PostgresServer): Promise<readonly number[]> {
  const rows = await server.admin('SELECT pid FROM pg_stat_activity')
  return rows.map((row) => Number(Object.values(row ?? {})[0]))
}

function against(one: readonly number[], other: readonly number[]): string {
  return `${median(one).toFixed(0)} against ${median(other).toFixed(0)} a second`
}

function wait(what: string, milliseconds: readonly number[]): Figure {
  return { what, value: median(milliseconds), unit: 'ms', demand: null, from: 'median of the rounds' }
}

async function startGateway(stack: AsyncDisposableStack, { configFile }: Installation): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(configFile)
  stack.defer(async () => gateway.stop())
  return gateway
}

async function startPeer(
  stack: AsyncDisposableStack,
  { certificateFile }: Installation,
  database: string,
): Promise<PeerProcess> {
  const peer = await PeerProcess.start(certificateFile, database)
  stack.defer(async () => peer.stop())
  return peer
}

function contender(...processes: readonly { readonly port: number; readonly pid: number }[]): Contender {
  return { ports: processes.map(({ port }) => port), pids: processes.map(({ pid }) => pid) }
}

/** Of those that are still there. */
function timeOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (processorSeconds(pid) || 0), 0)
}

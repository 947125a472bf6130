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
  figures.push(...(await compare('PostgreSQL', postgres, new Messages(one.identity), options)))
  return figures
}

/** All take the same messages in each round, a round after the other. */
async function compare(
  engine: string,
  contenders: { readonly ours: Contender; readonly bare: Contender; readonly two?: Contender },
  messages: Messages,
  { quick, say }: MeasureOptions,
): Promise<readonly Figure[]> {
  const perRound = quick ? 1000 : 4000
  const rounds = quick ? 3 : 9
  // A gateway runs for months, and the larger program takes longer until all of it is compiled to the best code.
  const warmUp = quick ? 2000 : 20_000
  const spent = { ours: [] as number[], bare: [] as number[] }
  const waits = { p50: [] as number[], p99: [] as number[] }
  // Two on one database know each other's messages, so each contender has its own.
  const round =
    (name: 'ours' | 'bare' | 'two', { ports, pids }: Contender) =>
    async (): Promise<number> => {
      const requests = messages.next(perRound)
      const before = timeOf(pids)
      const { perSecond, latency } = await closedLoop(ports, requests)
      if (name !== 'two') spent[name].push(((timeOf(pids) - before) / perRound) * 1e6)
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
      value: median(spent.ours) / median(spent.bare),
      unit: 'ratio',
      demand: null,
      from: `${median(spent.ours).toFixed(0)} against ${median(spent.bare).toFixed(0)} µs`,
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

function timeOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + processorSeconds(pid), 0)
}

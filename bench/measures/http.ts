import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findPostgres, PostgresServer } from '../../src/testing/postgresServer.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { compare, type Contender, timeOf } from '../http/compare.ts'
import { GatewayProcess } from '../world/gatewayProcess.ts'
import { install, type Installation } from '../world/installation.ts'
import { Messages } from '../world/messages.ts'
import { PeerProcess } from '../world/peerProcess.ts'
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

/** The server's processes for connections, and those that write for all of them. */
async function processesOf(server: PostgresServer): Promise<readonly number[]> {
  const rows = await server.admin('SELECT pid FROM pg_stat_activity')
  return rows.map((row) => Number(Object.values(row ?? {})[0]))
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

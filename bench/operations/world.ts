import { chmodSync, existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../src/clock.ts'
import { createKeyFile } from '../../src/settings/keyFile.ts'
import { openSigningIdentity } from '../../src/simulator/identityFile.ts'
import { regionOfArn } from '../../src/simulator/region.ts'
import { freePort } from '../../src/testing/freePort.ts'
import { PostgresServer } from '../../src/testing/postgresServer.ts'
import { GatewayProcess } from '../world/gatewayProcess.ts'
import { topic } from '../world/site.ts'
import { type Marks, readMarks } from './marks.ts'
import { type Home, selectNumber } from './outside.ts'
import { makePeople } from './people.ts'
import type { RunFolder } from './runFolder.ts'
import { type SenderJob, Sending } from './sending.ts'

export const siteId = 'main'

const databaseName = 'civicrm_ses'

/** An installation with its gateway, and where it may move to. */
export class World {
  readonly folder: RunFolder
  /** What was there before anything arrived. */
  readonly marks: Marks
  readonly #people: SenderJob['people']
  readonly #port: number
  #gateway: GatewayProcess | null = null
  #server: PostgresServer | null

  private constructor(
    folder: RunFolder,
    parts: {
      readonly marks: Marks
      readonly people: SenderJob['people']
      readonly port: number
      readonly server: PostgresServer | null
    },
  ) {
    this.folder = folder
    this.marks = parts.marks
    this.#people = parts.people
    this.#port = parts.port
    this.#server = parts.server
  }

  /** Starts the gateway on a store that is filled. */
  static async open(folder: RunFolder): Promise<World> {
    if (!existsSync(folder.keyFile)) createKeyFile(folder.keyFile)
    await openSigningIdentity({
      identityFile: `${folder.certificates}.key`,
      certificatesFolder: folder.certificates,
      region: regionOfArn(topic),
      now: systemClock.now(),
    })
    const server = folder.engine === 'postgres' ? await startServer(folder) : null
    const home = server === null ? { folder: folder.dataFolder } : addressOf(server)
    try {
      const marks = await readMarks(home)
      const people = await makePeople(home, folder.keyFile, siteId)
      const world = new World(folder, { marks, people, port: await freePort(), server })
      await world.start()
      return world
    } catch (error) {
      await server?.stop()
      throw error
    }
  }

  get home(): Home {
    if (this.folder.engine === 'folder' || this.#server === null) return { folder: this.folder.dataFolder }
    return addressOf(this.#server)
  }

  /** The PostgreSQL database of the run. */
  async postgres(): Promise<Home> {
    this.#server ??= await startServer(this.folder)
    return addressOf(this.#server)
  }

  /** A command of the program beside the gateway, with its output as JSON. */
  async command(...argv: readonly string[]): Promise<unknown> {
    if (this.#gateway === null) throw new Error('there is no gateway')
    return this.#gateway.command(...argv)
  }

  /** Names in the configuration where the installation will be in a moment. */
  willMove(home: Home): void {
    this.folder.writeConfig({ home, port: this.#port })
  }

  hasMoved(home: Home): void {
    this.folder.engine = 'databaseUrl' in home ? 'postgres' : 'folder'
  }

  async start(retention?: Readonly<Record<string, unknown>>): Promise<void> {
    this.folder.writeConfig({ home: this.home, port: this.#port, retention })
    this.#gateway = await GatewayProcess.start(this.folder.configFile)
  }

  async stop(): Promise<void> {
    await this.#gateway?.stop()
    this.#gateway = null
  }

  /** @param rate notifications a second */
  async send(rate: number): Promise<Sending> {
    const url = `http://127.0.0.1:${this.#port}/civicrm/ses/webhook`
    const job = { url, certificatesFolder: this.folder.certificates, people: this.#people, rate }
    return Sending.start(job, path.join(this.folder.path, 'sender.json'))
  }

  /** Resolves when everything that has arrived by now is recorded, whatever arrives meanwhile. */
  async caughtUp(): Promise<void> {
    const last = await selectNumber(this.home, 'SELECT max(id) AS n FROM notification')
    const waiting = `SELECT count(*) AS n FROM notification WHERE state = 'waiting' AND id <= ${last}`
    while ((await selectNumber(this.home, waiting)) > 0) await delay(200)
  }

  async close(): Promise<void> {
    await this.stop()
    await this.#server?.stop()
  }
}

/** With every sync that the gateway asks of a server. */
async function startServer({ path: folder, postgres }: RunFolder): Promise<PostgresServer> {
  // It may run as a user of its own, who has to get through to its folder.
  chmodSync(folder, 0o711)
  const isNew = !existsSync(postgres)
  const server = await PostgresServer.create({ durable: true, folder: postgres })
  if (isNew) await server.createDatabase(databaseName)
  return server
}

function addressOf(server: PostgresServer): Home {
  return { databaseUrl: server.url(databaseName) }
}

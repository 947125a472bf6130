import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../../src/clock.ts'
import { openStore } from '../../../src/compose/openStore.ts'
import type { Store } from '../../../src/compose/store.ts'
import { PostgresServer, runAdmin } from '../../../src/testing/postgresServer.ts'
import type { Job } from '../job.ts'
import { type Engine, type EngineFault, engineFaultNames } from './engine.ts'
import { OutsideView, type Row } from './outsideView.ts'

const databaseName = 'civicrm_ses'

/** A PostgreSQL server of the run's own, with every sync that the gateway asks of one; its instances share it. */
export class PostgresEngine implements Engine {
  readonly faults = engineFaultNames
  readonly view: OutsideView
  readonly #folder: string
  readonly #server: PostgresServer

  private constructor(folder: string, server: PostgresServer) {
    this.#folder = folder
    this.#server = server
    this.view = new OutsideView(
      // oxlint-disable-next-line no-unsafe-type-assertion -- rows are objects by column
      async (sql) => (await runAdmin(server.url(databaseName), sql)) as readonly Row[],
      (column, ...names) => `${column}::jsonb #>> '{${names.join(',')}}'`,
    )
  }

  /** A new server, or that of a run which goes on. */
  static async start(folder: string): Promise<PostgresEngine> {
    // The server may run as a user of its own, who has to get through to its folder.
    chmodSync(folder, 0o711)
    const server = await PostgresServer.create({ durable: true, folder: path.join(folder, 'postgres') })
    const engine = new PostgresEngine(folder, server)
    try {
      if (!existsSync(engine.#keyFile)) {
        await server.createDatabase(databaseName)
        writeFileSync(engine.#keyFile, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
      }
      return engine
    } catch (error) {
      await engine.close()
      throw error
    }
  }

  config(instance: number): Pick<Job['config'], 'dataFolder' | 'databaseUrl' | 'keyFile'> {
    return { dataFolder: this.#dataFolder(`instance-${instance + 1}`), ...this.#place }
  }

  async open(): Promise<Store> {
    return openStore({ folder: this.#dataFolder('seeding'), ...this.#place, clock: systemClock, access: 'own' })
  }

  async fault(name: EngineFault, downMs: number): Promise<void> {
    await this.#server.stop(name === 'postgres killed' ? 'immediate' : 'fast')
    await delay(downMs)
    await this.#server.start()
  }

  async close(): Promise<void> {
    await this.#server.stop()
  }

  get #place(): { readonly databaseUrl: string; readonly keyFile: string } {
    return { databaseUrl: this.#server.url(databaseName), keyFile: this.#keyFile }
  }

  get #keyFile(): string {
    return path.join(this.#folder, 'key')
  }

  #dataFolder(name: string): string {
    return path.join(this.#folder, name)
  }
}

import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../../src/clock.ts'
import { openStore } from '../../../src/compose/openStore.ts'
import type { Store } from '../../../src/compose/store.ts'
import type { Job } from '../job.ts'
import type { Engine } from './engine.ts'
import { OutsideView, type Row } from './outsideView.ts'

/** The embedded default: one file in the one data folder. A second instance would be refused. */
export class SqliteEngine implements Engine {
  readonly faults = []
  readonly view: OutsideView
  readonly #dataFolder: string

  constructor(folder: string) {
    this.#dataFolder = path.join(folder, 'data')
    const file = path.join(this.#dataFolder, 'civicrm-ses.db')
    this.view = new OutsideView(
      async (sql) => selectFrom(file, sql),
      (column, ...names) => `${column} ->> '$.${names.join('.')}'`,
    )
  }

  config(): Pick<Job['config'], 'dataFolder'> {
    return { dataFolder: this.#dataFolder }
  }

  async open(): Promise<Store> {
    return openStore({ folder: this.#dataFolder, keyFile: null, clock: systemClock, access: 'own' })
  }

  async fault(): Promise<void> {
    throw new Error('SQLite has no server of its own')
  }

  async close(): Promise<void> {}
}

/** With a connection that is closed again: an open one would keep the log from being reset. */
function selectFrom(file: string, sql: string): readonly Row[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 2000 })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

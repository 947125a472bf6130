import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SqliteDatabase } from '../database/sqlite/database.ts'
import { migrate } from '../database/sqlite/migrate.ts'
import { migrations } from '../database/sqlite/migrations/index.ts'

/**
 * A database in a temporary folder of its own, with the newest schema. It does without disk syncs, which
 * only a power cut would miss; the tests of durability open theirs as the gateway does.
 */
export class TestDatabase {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-test-'))
  readonly file = path.join(this.folder, 'test.db')
  #database = this.#open()

  get database(): SqliteDatabase {
    return this.#database
  }

  /** Opens the file anew, as the next process does after a crash: what was not committed is gone. */
  async reopen(): Promise<SqliteDatabase> {
    await this.#database.close()
    this.#database = this.#open()
    return this.#database
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #open(): SqliteDatabase {
    const database = new SqliteDatabase(this.file, { synchronous: 'OFF' })
    const { error } = migrate(database.connection, migrations)
    if (error !== null) throw error
    return database
  }
}

import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { createKeyFile, readKeyFile } from '../keyFile.ts'
import { SecretBox } from '../secretBox.ts'
import type { SecretName } from '../settings.ts'

/** Where the key is, and whether a first one may be made there: not where the administrator named the file. */
export interface KeyPlace {
  readonly file: string
  readonly create: boolean
}

/** Sealed secrets of sites. The key is read with the first need, so that what needs no secret needs no key. */
export class Secrets {
  readonly #database: SqliteDatabase
  readonly #place: KeyPlace
  readonly #one
  readonly #any
  readonly #save
  readonly #remove
  #box: SecretBox | null = null

  constructor(database: SqliteDatabase, place: KeyPlace) {
    this.#database = database
    this.#place = place
    this.#one = database.prepare<{ readonly sealed: Uint8Array }>(
      'SELECT sealed FROM secret WHERE site = ? AND name = ?',
    )
    this.#any = database.prepare<{ readonly found: 0 | 1 }>('SELECT EXISTS (SELECT 1 FROM secret) AS found')
    this.#save = database.prepare(`
      INSERT INTO secret (site, name, sealed) VALUES (?, ?, ?)
      ON CONFLICT (site, name) DO UPDATE SET sealed = excluded.sealed
    `)
    this.#remove = database.prepare('DELETE FROM secret WHERE site = ? AND name = ?')
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, SECRET_KEY_WRONG, SECRET_DAMAGED */
  read(site: string, name: SecretName): string | null {
    const row = this.#database.read(() => this.#one.get(site, name))
    return row === undefined ? null : this.#opened().open(row.sealed, contextOf(site, name))
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID */
  async save(site: string, name: SecretName, value: string | null): Promise<void> {
    if (value === null) {
      await this.#database.commit(() => this.#remove.run(site, name))
      return
    }
    const sealed = this.#opened().seal(value, contextOf(site, name))
    await this.#database.commit(() => this.#save.run(site, name, sealed))
  }

  #opened(): SecretBox {
    this.#box ??= new SecretBox(readKeyFile(this.#place.file) ?? this.#newKey())
    return this.#box
  }

  /** A new key beside secrets of a lost one would hide the loss until the first call fails. */
  #newKey(): Uint8Array {
    const sealedBefore = this.#database.read(() => this.#any.get()?.found === 1)
    const { file, create } = this.#place
    if (sealedBefore || !create) throw new GatewayError('SECRET_KEY_MISSING', `there is no key file ${file}`)
    return createKeyFile(file)
  }
}

function contextOf(site: string, name: SecretName): string {
  return `${name} of site ${site}`
}

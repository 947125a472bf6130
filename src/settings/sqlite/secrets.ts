import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { contextOf, type KeyPlace, sealAll, SecretKey, type SecretToStore } from '../secretKey.ts'
import type { SecretName, SecretValues } from '../settings.ts'

/** Sealed secrets of sites. */
export class Secrets {
  readonly #database: SqliteDatabase
  readonly #key: SecretKey
  readonly #one
  readonly #any
  readonly #all
  readonly #save
  readonly #remove

  constructor(database: SqliteDatabase, place: KeyPlace) {
    this.#database = database
    this.#key = new SecretKey(place)
    this.#one = database.prepare<{ readonly sealed: Uint8Array }>(
      'SELECT sealed FROM secret WHERE site = ? AND name = ?',
    )
    this.#any = database.prepare<{ readonly found: 0 | 1 }>('SELECT EXISTS (SELECT 1 FROM secret) AS found')
    this.#all = database.prepare<{ readonly sealed: Uint8Array }>('SELECT sealed FROM secret')
    this.#save = database.prepare(`
      INSERT INTO secret (site, name, sealed) VALUES (?, ?, ?)
      ON CONFLICT (site, name) DO UPDATE SET sealed = excluded.sealed
    `)
    this.#remove = database.prepare('DELETE FROM secret WHERE site = ? AND name = ?')
  }

  has(site: string, name: SecretName): boolean {
    return this.#database.read(() => this.#one.get(site, name)) !== undefined
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, SECRET_KEY_WRONG, SECRET_DAMAGED */
  read(site: string, name: SecretName): string | null {
    const row = this.#database.read(() => this.#one.get(site, name))
    return row === undefined ? null : this.#key.thatSealed(row.sealed).open(row.sealed, contextOf(site, name))
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID */
  seal(site: string, values: SecretValues): readonly SecretToStore[] {
    return sealAll(site, values, () => this.#sealing())
  }

  /** Within a commit. */
  store(secrets: readonly SecretToStore[]): void {
    for (const { site, name, sealed } of secrets)
      if (sealed === null) this.#remove.run(site, name)
      else this.#save.run(site, name, sealed)
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID */
  async save(site: string, name: SecretName, value: string | null): Promise<void> {
    const sealed = this.seal(site, { [name]: value })
    await this.#database.commit(() => this.store(sealed))
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID */
  async keep(site: string, name: SecretName, value: string): Promise<string> {
    const keys = this.#sealing()
    const context = contextOf(site, name)
    return this.#database.commit(() => {
      const row = this.#one.get(site, name)
      const opening = row === undefined ? null : this.#key.thatSealed(row.sealed)
      if (row !== undefined && opening?.opens(row.sealed, context) === true) return opening.open(row.sealed, context)
      this.#save.run(site, name, keys.seal(value, context))
      return value
    })
  }

  /** @see Settings.requireKey */
  requireKey(): void {
    this.#key.require(this.#database.read(() => this.#all.all().map(({ sealed }) => sealed)))
  }

  #sealing(): ReturnType<SecretKey['current']> {
    return this.#key.current(() => this.#database.read(() => this.#any.get()?.found === 1))
  }
}

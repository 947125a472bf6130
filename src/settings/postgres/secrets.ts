import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Queries } from '../../database/postgres/queries.ts'
import { contextOf, type KeyPlace, sealAll, SecretKey, type SecretToStore } from '../secretKey.ts'
import type { SecretName, SecretValues } from '../settings.ts'
import type { Snapshot } from './snapshot.ts'

/** Sealed secrets of sites. */
export class Secrets {
  readonly #database: PostgresDatabase
  readonly #snapshot: Snapshot
  readonly #key: SecretKey

  constructor(database: PostgresDatabase, snapshot: Snapshot, place: KeyPlace) {
    this.#database = database
    this.#snapshot = snapshot
    this.#key = new SecretKey(place)
  }

  has(site: string, name: SecretName): boolean {
    return this.#snapshot.sealed(site, name) !== null
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, SECRET_KEY_WRONG, SECRET_DAMAGED */
  read(site: string, name: SecretName): string | null {
    const sealed = this.#snapshot.sealed(site, name)
    return sealed === null ? null : this.#key.thatSealed(sealed).open(sealed, contextOf(site, name))
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, STORAGE_UNAVAILABLE */
  async seal(site: string, values: SecretValues): Promise<readonly SecretToStore[]> {
    // Whether there are secrets of a lost key is asked only by whoever finds no key file: then it must be of today.
    if (Object.values(values).some((value) => typeof value === 'string')) await this.#snapshot.refresh()
    return sealAll(site, values, () => this.#sealing())
  }

  async store(queries: Queries, secrets: readonly SecretToStore[]): Promise<void> {
    for (const { site, name, sealed } of secrets)
      if (sealed === null) await queries.run('DELETE FROM secret WHERE site = $1 AND name = $2', [site, name])
      else
        await queries.run(
          `INSERT INTO secret (site, name, sealed) VALUES ($1, $2, $3)
           ON CONFLICT (site, name) DO UPDATE SET sealed = excluded.sealed`,
          [site, name, sealed],
        )
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, STORAGE_UNAVAILABLE */
  async save(site: string, name: SecretName, value: string | null): Promise<void> {
    await this.store(this.#database, await this.seal(site, { [name]: value }))
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, STORAGE_UNAVAILABLE */
  async keep(site: string, name: SecretName, value: string): Promise<string> {
    await this.#snapshot.refresh()
    const keys = this.#sealing()
    const context = contextOf(site, name)
    return this.#database.transaction(async (queries) => {
      // One at a time: of two that find none the second must find that of the first.
      await queries.query('SELECT 1 FROM settings_revision FOR UPDATE')
      const [row] = await queries.query<{ readonly sealed: Uint8Array }>(
        'SELECT sealed FROM secret WHERE site = $1 AND name = $2',
        [site, name],
      )
      const opening = row === undefined ? null : this.#key.thatSealed(row.sealed)
      if (row !== undefined && opening?.opens(row.sealed, context) === true) return opening.open(row.sealed, context)
      await this.store(queries, [{ site, name, sealed: keys.seal(value, context) }])
      return value
    })
  }

  /** @see Settings.requireKey */
  requireKey(): void {
    this.#key.require(this.#snapshot.secrets().map(({ sealed }) => sealed))
  }

  #sealing(): ReturnType<SecretKey['current']> {
    return this.#key.current(() => this.#snapshot.hasSecrets)
  }
}

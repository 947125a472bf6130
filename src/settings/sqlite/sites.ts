import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { checkedSite, sitesOf } from '../checkedSite.ts'
import type { Site, SiteInput } from '../site.ts'

/**
 * Sites as JSON, checked when they are read and when they are written. What was read is kept: the site is
 * asked for at each notification, and only the process that holds the folder's lock writes.
 */
export class Sites {
  readonly #database: SqliteDatabase
  readonly #all
  readonly #save
  readonly #remove
  readonly #removeSecrets
  #known: ReadonlyMap<string, Site> | null = null

  constructor(database: SqliteDatabase) {
    this.#database = database
    this.#all = database.prepare<{ readonly id: string; readonly settings: string }>(
      'SELECT id, settings FROM site ORDER BY id',
    )
    this.#save = database.prepare(`
      INSERT INTO site (id, settings) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET settings = excluded.settings
    `)
    this.#remove = database.prepare('DELETE FROM site WHERE id = ?')
    this.#removeSecrets = database.prepare('DELETE FROM secret WHERE site = ?')
  }

  /** @throws GatewayError SITE_INVALID, STORAGE_UNAVAILABLE */
  all(): ReadonlyMap<string, Site> {
    this.#known ??= sitesOf(this.#database.read(() => this.#all.all()))
    return this.#known
  }

  /** @param withIt what is stored in the same commit */
  async save(site: SiteInput, withIt: () => void): Promise<void> {
    const valid = checkedSite(`the site "${site.id}"`, () => site)
    await this.#database.commit(() => {
      withIt()
      this.#save.run(valid.id, JSON.stringify(valid))
    })
    this.#know((known) => known.set(valid.id, valid))
  }

  /** Its secrets go with it; what waits for it in the inbox stays. */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#database.commit(() => {
      this.#removeSecrets.run(id)
      return this.#remove.run(id).changes > 0
    })
    this.#know((known) => known.delete(id))
    return removed
  }

  /** With five hundred sites, reading all of them again for a change of one would hold everything up. */
  #know(change: (known: Map<string, Site>) => void): void {
    if (this.#known === null) return
    const known = new Map(this.#known)
    change(known)
    this.#known = new Map([...known].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  }
}

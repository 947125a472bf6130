import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Queries } from '../../database/postgres/queries.ts'
import { checkedSite } from '../checkedSite.ts'
import type { SiteInput } from '../site.ts'

/** Writes sites as JSON, checked by the schema. They are read by `snapshot.ts`. */
export class Sites {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  /**
   * @param withIt what is stored in the same transaction
   * @throws GatewayError SITE_INVALID, STORAGE_UNAVAILABLE
   */
  async save(site: SiteInput, withIt: (queries: Queries) => Promise<void>): Promise<void> {
    const valid = checkedSite(`the site "${site.id}"`, () => site)
    await this.#database.transaction(async (queries) => {
      // Secrets first, as in `remove`: of two that have each locked what the other needs one would fail.
      await withIt(queries)
      await queries.run(
        'INSERT INTO site (id, settings) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET settings = excluded.settings',
        [valid.id, JSON.stringify(valid)],
      )
    })
  }

  /** Its secrets go with it; what waits for it in the inbox stays. */
  async remove(id: string): Promise<boolean> {
    return this.#database.transaction(async (queries) => {
      await queries.run('DELETE FROM secret WHERE site = $1', [id])
      return (await queries.run('DELETE FROM site WHERE id = $1', [id])) > 0
    })
  }
}

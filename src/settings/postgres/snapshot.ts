import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { siteOf } from '../checkedSite.ts'
import { type QueueSettings, queuesOf } from '../queue.ts'
import type { SecretName } from '../settings.ts'
import type { Site } from '../site.ts'

interface Row {
  readonly kind: 'site' | 'secret' | 'queue'
  readonly id: string
  readonly name: string
  readonly settings: string
  readonly sealed: Uint8Array | null
}

/** All sites, queues and sealed secrets of one moment, in one statement. */
const readAll = `
  SELECT 'site' AS kind, id, '' AS name, settings, NULL AS sealed FROM site
  UNION ALL SELECT 'queue', arn, '', settings, NULL::bytea FROM queue
  UNION ALL SELECT 'secret', site, name, '', sealed FROM secret
  ORDER BY 1, 2, 3`

/**
 * What is known here of sites, queues and sealed secrets: read anew when the database counts a change, by whomever.
 * Secrets lie here as sealed as they are stored.
 */
export class Snapshot {
  readonly #database: PostgresDatabase
  readonly #onChange: (sites: ReadonlySet<string>) => void
  #revision = 0
  #rows: readonly Row[] = []
  #sites: ReadonlyMap<string, Site> | null = null
  /** As they were read from their rows: those whose row is the same are not read again. */
  #readSites: ReadonlyMap<Row, Site> = new Map()
  #queues: readonly QueueSettings[] | null = null
  #sealed: ReadonlyMap<string, Uint8Array> = new Map()
  #reading: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null

  /** @param onChange called after each change that was read, with the sites that it concerns */
  constructor(database: PostgresDatabase, onChange: (sites: ReadonlySet<string>) => void) {
    this.#database = database
    this.#onChange = onChange
  }

  /** @throws GatewayError SITE_INVALID */
  get sites(): ReadonlyMap<string, Site> {
    if (this.#sites === null) {
      const rows = this.#rows.filter(({ kind }) => kind === 'site')
      this.#readSites = new Map(rows.map((row) => [row, this.#readSites.get(row) ?? siteOf(row)]))
      this.#sites = new Map([...this.#readSites].map(([{ id }, site]) => [id, site]))
    }
    return this.#sites
  }

  /** @throws GatewayError QUEUE_INVALID */
  get queues(): readonly QueueSettings[] {
    this.#queues ??= queuesOf(this.#rows.filter(({ kind }) => kind === 'queue'))
    return this.#queues
  }

  sealed(site: string, name: SecretName): Uint8Array | null {
    return this.#sealed.get(placeOf(site, name)) ?? null
  }

  get hasSecrets(): boolean {
    return this.#sealed.size > 0
  }

  /** All secrets, with their places. */
  secrets(): readonly { readonly site: string; readonly name: string; readonly sealed: Uint8Array }[] {
    return this.#rows.flatMap(({ kind, id, name, sealed }) =>
      kind === 'secret' && sealed !== null ? [{ site: id, name, sealed }] : [],
    )
  }

  /**
   * Looks for changes. Those who ask while a look is under way share the one after it: that one may have been
   * too early for them.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async refresh(): Promise<void> {
    this.#next ??= this.#lookAfter(this.#reading)
    return this.#next
  }

  async #lookAfter(earlier: Promise<void>): Promise<void> {
    await earlier.catch(() => undefined)
    this.#next = null
    this.#reading = this.#look()
    return this.#reading
  }

  async #look(): Promise<void> {
    const [found] = await this.#database.query<{ readonly revision: number }>('SELECT revision FROM settings_revision')
    const revision = found?.revision ?? 0
    if (revision === this.#revision) return
    // After the count: what is read is as new as it, or newer, and then it is read once more.
    const { rows, changed } = since(this.#rows, await this.#database.query<Row>(readAll))
    const isFirst = this.#revision === 0
    this.#revision = revision
    this.#rows = rows
    this.#sites = null
    this.#queues = null
    this.#sealed = new Map(this.secrets().map(({ site, name, sealed }) => [placeOf(site, name), sealed]))
    if (!isFirst) this.#onChange(changed)
  }
}

/** What was read, with the rows of before in the place of those that are like them; and the sites of all others. */
function since(
  before: readonly Row[],
  read: readonly Row[],
): { readonly rows: readonly Row[]; readonly changed: ReadonlySet<string> } {
  const left = new Map(before.map((row) => [`${row.kind} ${placeOf(row.id, row.name)}`, row]))
  const changed = new Set<string>()
  const note = ({ kind, id }: Row): void => {
    if (kind !== 'queue') changed.add(id)
  }
  const rows = read.map((row) => {
    const place = `${row.kind} ${placeOf(row.id, row.name)}`
    const known = left.get(place)
    left.delete(place)
    if (known !== undefined && isSame(known, row)) return known
    note(row)
    return row
  })
  for (const row of left.values()) note(row)
  return { rows, changed }
}

function isSame(one: Row, other: Row): boolean {
  if (one.settings !== other.settings) return false
  if (one.sealed === null || other.sealed === null) return one.sealed === other.sealed
  return Buffer.compare(one.sealed, other.sealed) === 0
}

function placeOf(site: string, name: string): string {
  return `${site}/${name}`
}

import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { Emitter } from '../../emitter.ts'
import type { KeyPlace } from '../secretKey.ts'
import type { SecretName, Settings, SiteSecrets } from '../settings.ts'
import type { QueueSettings } from '../queue.ts'
import type { Site } from '../site.ts'
import { PostgresConfirmations } from './confirmations.ts'
import { Queues } from './queues.ts'
import { Secrets } from './secrets.ts'
import { Sites } from './sites.ts'
import { Snapshot } from './snapshot.ts'

/** How often changes are looked for without being told of: a message is lost when the connection is. */
const pollMs = 5000

/**
 * Settings in PostgreSQL, shared by all instances on the database. Each reads from a snapshot of its own, which
 * follows every change within milliseconds (NOTIFY), or some seconds where the message is lost. Who may not err
 * even so long calls {@link Settings.refresh}.
 */
export class PostgresSettings implements Settings {
  readonly confirmations: PostgresConfirmations
  readonly #snapshot: Snapshot
  readonly #sites: Sites
  readonly #secrets: Secrets
  readonly #changes = new Emitter<{ readonly change: ReadonlySet<string> }>()
  readonly #queues: Queues

  private constructor(database: PostgresDatabase, key: KeyPlace) {
    this.#snapshot = new Snapshot(database, (sites) => this.#changes.emit('change', sites))
    this.confirmations = new PostgresConfirmations(database)
    this.#sites = new Sites(database)
    this.#secrets = new Secrets(database, this.#snapshot, key)
    this.#queues = new Queues(database)
  }

  /** Listens and looks until the database is closed. @throws GatewayError STORAGE_UNAVAILABLE */
  static async open(database: PostgresDatabase, key: KeyPlace): Promise<PostgresSettings> {
    const settings = new PostgresSettings(database, key)
    await settings.refresh()
    // Where it fails, whoever works meets the same fault and says so.
    const look = async (): Promise<void> => settings.refresh().catch(() => undefined)
    await database.listen('civicrm_ses_settings', () => void look())
    await settings.confirmations.listen()
    database.repeat(pollMs, look)
    return settings
  }

  sites(): readonly Site[] {
    return [...this.#snapshot.sites.values()]
  }

  site(id: string): Site | null {
    return this.#snapshot.sites.get(id) ?? null
  }

  async saveSite(site: Site, secrets: SiteSecrets = {}): Promise<void> {
    const sealed = await this.#secrets.seal(site.id, secrets)
    await this.#sites.save(site, async (queries) => this.#secrets.store(queries, sealed))
    await this.#show()
  }

  async removeSite(id: string): Promise<boolean> {
    const removed = await this.#sites.remove(id)
    await this.#show()
    return removed
  }

  secret(site: string, name: SecretName): string | null {
    return this.#secrets.read(site, name)
  }

  hasSecret(site: string, name: SecretName): boolean {
    return this.#secrets.has(site, name)
  }

  async saveSecret(site: string, name: SecretName, value: string | null): Promise<void> {
    await this.#secrets.save(site, name, value)
    await this.#show()
  }

  async keepSecret(site: string, name: SecretName, value: string): Promise<string> {
    const kept = await this.#secrets.keep(site, name, value)
    await this.#show()
    return kept
  }

  requireKey(): void {
    this.#secrets.requireKey()
  }

  queues(): readonly QueueSettings[] {
    return this.#snapshot.queues
  }

  async saveQueue(queue: QueueSettings): Promise<void> {
    await this.#queues.save(queue)
    await this.#show()
  }

  async removeQueue(arn: string): Promise<boolean> {
    const removed = await this.#queues.remove(arn)
    await this.#show()
    return removed
  }

  onChange(listener: (sites: ReadonlySet<string>) => void): () => void {
    return this.#changes.on('change', listener)
  }

  async refresh(): Promise<void> {
    await this.#snapshot.refresh()
  }

  /** What was written is stored, whatever becomes of the look; the next one shows it. */
  async #show(): Promise<void> {
    await this.refresh().catch(() => undefined)
  }
}

import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { Emitter } from '../../emitter.ts'
import type { KeyPlace } from '../secretKey.ts'
import type { SecretName, Settings, SiteSecrets } from '../settings.ts'
import type { Site } from '../site.ts'
import type { QueueSettings } from '../queue.ts'
import { SqliteConfirmations } from './confirmations.ts'
import { Queues } from './queues.ts'
import { Secrets } from './secrets.ts'
import { Sites } from './sites.ts'

/** A queue is of no site's concern: whoever works for a site is left alone. */
const noSite: ReadonlySet<string> = new Set()

/** Settings in SQLite. Listeners hear of sites, secrets and queues; confirmations change too often to be news. */
export class SqliteSettings implements Settings {
  readonly confirmations: SqliteConfirmations
  readonly #sites: Sites
  readonly #secrets: Secrets
  readonly #changes = new Emitter<{ readonly change: ReadonlySet<string> }>()
  readonly #queues: Queues

  constructor(database: SqliteDatabase, key: KeyPlace) {
    this.confirmations = new SqliteConfirmations(database)
    this.#sites = new Sites(database)
    this.#secrets = new Secrets(database, key)
    this.#queues = new Queues(database)
  }

  sites(): readonly Site[] {
    return [...this.#sites.all().values()]
  }

  site(id: string): Site | null {
    return this.#sites.all().get(id) ?? null
  }

  async saveSite(site: Site, secrets: SiteSecrets = {}): Promise<void> {
    const sealed = this.#secrets.seal(site.id, secrets)
    await this.#sites.save(site, () => this.#secrets.store(sealed))
    this.#changes.emit('change', new Set([site.id]))
  }

  async removeSite(id: string): Promise<boolean> {
    const removed = await this.#sites.remove(id)
    if (removed) this.#changes.emit('change', new Set([id]))
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
    this.#changes.emit('change', new Set([site]))
  }

  async keepSecret(site: string, name: SecretName, value: string): Promise<string> {
    return this.#secrets.keep(site, name, value)
  }

  requireKey(): void {
    this.#secrets.requireKey()
  }

  queues(): readonly QueueSettings[] {
    return this.#queues.all()
  }

  async saveQueue(queue: QueueSettings): Promise<void> {
    await this.#queues.save(queue)
    this.#changes.emit('change', noSite)
  }

  async removeQueue(arn: string): Promise<boolean> {
    const removed = await this.#queues.remove(arn)
    if (removed) this.#changes.emit('change', noSite)
    return removed
  }

  onChange(listener: (sites: ReadonlySet<string>) => void): () => void {
    return this.#changes.on('change', listener)
  }

  /** Nobody else writes: what is known is what is stored. */
  async refresh(): Promise<void> {}
}

import {
  type Confirmation,
  type ConfirmationOutcome,
  type Confirmations,
  type NewConfirmation,
  type SecretName,
  secretNames,
  type Settings,
  type SiteSecrets,
} from '../settings/settings.ts'
import type { QueueSettings } from '../settings/queue.ts'
import { type Site, type SiteInput, siteSchema } from '../settings/site.ts'

/** A site of the built-in store, as tests need one. */
export function testSite(id: string, topics: readonly string[] = [], more: Partial<SiteInput> = {}): Site {
  return siteSchema.parse({ id, name: id, crm: { type: 'builtin' }, topics: [...topics], ...more })
}

/** Settings without a database. */
export class MemorySettings implements Settings {
  readonly confirmations = new MemoryConfirmations()
  readonly #sites = new Map<string, Site>()
  readonly #secrets = new Map<string, string>()
  readonly #listeners = new Set<(sites: ReadonlySet<string>) => void>()
  readonly #queues = new Map<string, QueueSettings>()
  /** What another instance has done, and only the next `refresh` makes known here. */
  elsewhere: () => Promise<void> = async () => undefined

  constructor(...sites: readonly Site[]) {
    for (const site of sites) this.#sites.set(site.id, site)
  }

  sites(): readonly Site[] {
    return [...this.#sites.values()]
  }

  site(id: string): Site | null {
    return this.#sites.get(id) ?? null
  }

  async saveSite(site: Site, secrets: SiteSecrets = {}): Promise<void> {
    this.#sites.set(site.id, site)
    for (const name of secretNames) {
      const value = secrets[name]
      if (value !== undefined) this.#keep(site.id, name, value)
    }
    this.#changed(site.id)
  }

  async removeSite(id: string): Promise<boolean> {
    const removed = this.#sites.delete(id)
    if (removed) this.#changed(id)
    return removed
  }

  secret(site: string, name: SecretName): string | null {
    return this.#secrets.get(`${site}/${name}`) ?? null
  }

  hasSecret(site: string, name: SecretName): boolean {
    return this.secret(site, name) !== null
  }

  async saveSecret(site: string, name: SecretName, value: string | null): Promise<void> {
    this.#keep(site, name, value)
    this.#changed(site)
  }

  async keepSecret(site: string, name: SecretName, value: string): Promise<string> {
    const kept = this.secret(site, name)
    if (kept === null) await this.saveSecret(site, name, value)
    return kept ?? value
  }

  requireKey(): void {}

  queues(): readonly QueueSettings[] {
    return [...this.#queues.values()]
  }

  async saveQueue(queue: QueueSettings): Promise<void> {
    this.#queues.set(queue.arn, queue)
    this.#changed(null)
  }

  async removeQueue(arn: string): Promise<boolean> {
    const removed = this.#queues.delete(arn)
    if (removed) this.#changed(null)
    return removed
  }

  onChange(listener: (sites: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async refresh(): Promise<void> {
    const { elsewhere } = this
    this.elsewhere = async () => undefined
    await elsewhere()
  }

  get listeners(): number {
    return this.#listeners.size
  }

  #keep(site: string, name: SecretName, value: string | null): void {
    if (value === null) this.#secrets.delete(`${site}/${name}`)
    else this.#secrets.set(`${site}/${name}`, value)
  }

  #changed(site: string | null): void {
    for (const listener of this.#listeners) listener(new Set(site === null ? [] : [site]))
  }
}

export class MemoryConfirmations implements Confirmations {
  #rows: readonly Confirmation[] = []
  /** Thrown by the next writes. */
  fault: Error | null = null

  async save(confirmation: NewConfirmation): Promise<'stored' | 'duplicate'> {
    if (this.fault !== null) throw this.fault
    const { addressed, topicArn, token } = confirmation
    if (this.#rows.some((row) => row.addressed === addressed && row.topicArn === topicArn && row.token === token))
      return 'duplicate'
    const row: Confirmation = {
      ...confirmation,
      id: this.#rows.length + 1,
      attempts: 0,
      nextAttemptAt: confirmation.receivedAt,
      subscriptionArn: null,
      authenticated: false,
      lastError: null,
      settledAt: null,
    }
    this.#rows = [...this.#rows, row]
    return 'stored'
  }

  async due(now: number): Promise<readonly Confirmation[]> {
    return this.#rows.filter((row) => row.state === 'due' && row.nextAttemptAt <= now)
  }

  async list(): Promise<readonly Confirmation[]> {
    return this.#rows
  }

  onDue(): () => void {
    return () => undefined
  }

  async settle(id: number, outcome: ConfirmationOutcome): Promise<void> {
    if (this.fault !== null) throw this.fault
    this.#rows = this.#rows.map((row) => (row.id === id ? settled(row, outcome) : row))
  }
}

function settled(row: Confirmation, outcome: ConfirmationOutcome): Confirmation {
  if (outcome.state === 'confirmed') {
    const { at, subscriptionArn, authenticated } = outcome
    return { ...row, state: 'confirmed', subscriptionArn, authenticated, settledAt: at, lastError: null }
  }
  if (outcome.state === 'failed') return { ...row, state: 'failed', lastError: outcome.error, settledAt: outcome.at }
  const { nextAttemptAt, error } = outcome
  if (error === null) return { ...row, state: 'due', nextAttemptAt, site: outcome.site }
  return { ...row, state: 'due', nextAttemptAt, lastError: error, attempts: row.attempts + 1 }
}

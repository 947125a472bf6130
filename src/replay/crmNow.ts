import { type Crm, CrmError } from '../civicrm/crm.ts'
import { addressesToRead } from '../civimail/addressesToRead.ts'
import type { Correlation } from '../civimail/correlate.ts'
import type { CrmFacts } from '../civimail/crmFacts.ts'
import { addressKey } from '../ses/addresses.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import type { Site } from '../settings/site.ts'

/** A mail event with what ties it to its site. */
export interface Correlated {
  readonly event: MailEvent
  readonly correlation: Correlation
}

/** A site whose CiviCRM did not say what it knows now, with the reason. */
export interface Unasked {
  readonly site: string
  readonly message: string
}

type Facts = Omit<CrmFacts, 'counted'>

/** Events in one request. */
const atOnce = 100

/**
 * What the CRMs know now, read as the recorder reads it when the events come through again. A site that is paused is
 * left in peace, and one that does not answer is not asked again.
 */
export class CrmNow {
  readonly #connect: (site: Site) => Crm
  readonly #crms = new Map<string, Crm>()
  readonly #unasked = new Map<string, string>()

  constructor(connect: (site: Site) => Crm) {
    this.#connect = connect
  }

  get unasked(): readonly Unasked[] {
    return [...this.#unasked].map(([site, message]) => ({ site, message }))
  }

  /** The facts of these events, in their order; null where the site did not say. */
  async read(site: Site, works: readonly Correlated[]): Promise<readonly (Facts | null)[]> {
    const found: (Facts | null)[] = []
    for (let begin = 0; begin < works.length; begin += atOnce)
      found.push(...(await this.#readSome(site, works.slice(begin, begin + atOnce))))
    return found
  }

  async close(): Promise<void> {
    await Promise.all([...this.#crms.values()].map(async (crm) => crm.close()))
  }

  async #readSome(site: Site, works: readonly Correlated[]): Promise<readonly (Facts | null)[]> {
    if (site.mode === 'paused') this.#unasked.set(site.id, 'it is paused')
    if (this.#unasked.has(site.id)) return works.map(() => null)
    try {
      return await this.#ask(site, works)
    } catch (error: unknown) {
      if (!(error instanceof CrmError)) throw error
      this.#unasked.set(site.id, error.message)
      return works.map(() => null)
    }
  }

  /** @throws CrmError */
  async #ask(site: Site, works: readonly Correlated[]): Promise<readonly Facts[]> {
    const crm = this.#crms.get(site.id) ?? this.#connect(site)
    this.#crms.set(site.id, crm)
    const addresses = new Set(works.flatMap(({ event, correlation }) => addressesToRead(event, correlation)))
    const queueIds = new Set(works.flatMap(({ correlation }) => correlation.reference?.queueId ?? []))
    const [addressRows, queueRows] = await Promise.all([
      crm.findAddresses([...addresses]),
      queueIds.size === 0 ? [] : crm.findQueueRows([...queueIds]),
    ])
    const rowsOf = Map.groupBy(addressRows, ({ email }) => addressKey(email))
    const queued = queueRows === 'unknown' ? null : new Map(queueRows.map((row) => [row.queueId, row]))
    return works.map(({ event, correlation }) => {
      const { reference } = correlation
      const keys = new Set(addressesToRead(event, correlation).map((address) => addressKey(address)))
      return {
        queueRow: reference === null || queued === null ? 'unread' : (queued.get(reference.queueId) ?? 'gone'),
        addressRows: [...keys].flatMap((key) => rowsOf.get(key) ?? []),
      }
    })
  }
}

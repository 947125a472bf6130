import { setTimeout as delay } from 'node:timers/promises'
import type { QueueRow } from '../simulator/mailing.ts'
import { badAnswers, type CrmStub, json, startCrmStub, type StubAnswer, type StubRequest } from './crmStub.ts'

/** The ways in which a site can be broken, each as hosting brings it about. */
export const breakages = [
  'hang',
  'drip',
  'redirect',
  'badKey',
  'forbiddenPage',
  'webPage',
  'tooLarge',
  'gatewayTimeout',
  'tooFew',
  'noName',
] as const

export type Breakage = (typeof breakages)[number]

/** A bounce as it was recorded. */
export interface RecordedAt {
  readonly reason: string
  /** Epoch ms, with fractions. */
  readonly at: number
}

/** Somebody who was sent copy number `queueId` of a site's mailing. */
export function personOf(site: string, queueId: number): QueueRow & { readonly email: string } {
  const hash = `${queueId.toString(36)}${site.replaceAll(/[^0-9a-z]/g, '')}`.padStart(16, '0').slice(-16)
  return { jobId: 1, queueId, hash, email: `p${queueId}@example.net` }
}

/**
 * Any number of CiviCRMs on one port of loopback, each in the folder of its name. They answer the calls that
 * the gateway makes as CiviCRM does, for people who need not be made first (see {@link personOf}), and keep
 * what was recorded. Each can be broken and repaired.
 */
export class ManyCrms {
  readonly #bounces = new Map<string, Map<number, RecordedAt[]>>()
  readonly #broken = new Map<string, Breakage>()
  readonly #latencyMs: number
  /** In flight now, and the most that ever were, by site. */
  readonly #flights = new Map<string, { now: number; most: number }>()
  #stub: CrmStub | null = null

  private constructor(latencyMs: number) {
    this.#latencyMs = latencyMs
  }

  /** @param latencyMs what PHP takes to start, before each answer */
  static async start(latencyMs: number): Promise<ManyCrms> {
    const crms = new ManyCrms(latencyMs)
    crms.#stub = await startCrmStub(async (request) => crms.#answer(request))
    return crms
  }

  /** Front page of a site. One that is broken by having no name has its address there instead. */
  url(site: string): string {
    if (this.#broken.get(site) === 'noName') return `http://${site}.invalid`
    return `${this.#stub?.url}/${site}`
  }

  break(site: string, how: Breakage): void {
    this.#broken.set(site, how)
  }

  repair(site: string): void {
    this.#broken.delete(site)
  }

  /** Those in which anything was recorded. */
  sites(): readonly string[] {
    return [...this.#bounces.keys()]
  }

  /** Bounces that stand in a site's CiviCRM, by queue row. */
  bounces(site: string): ReadonlyMap<number, readonly RecordedAt[]> {
    return this.#bounces.get(site) ?? new Map()
  }

  /** Most requests that a site had at the same time. */
  mostAtOnce(site: string): number {
    return this.#flights.get(site)?.most ?? 0
  }

  async close(): Promise<void> {
    await this.#stub?.close()
  }

  async #answer(request: StubRequest): Promise<StubAnswer> {
    const [, site = '', ...rest] = request.path.split(/[/?]/)
    const flights = this.#flights.get(site) ?? { now: 0, most: 0 }
    this.#flights.set(site, flights)
    flights.now += 1
    flights.most = Math.max(flights.most, flights.now)
    if (this.#latencyMs > 0) await delay(this.#latencyMs)
    flights.now -= 1
    const broken = this.#broken.get(site)
    if (broken === undefined) return this.#rightAnswer(site, rest.join('/'), request.fields)
    if (broken === 'tooFew') {
      // What was done is not to be found out either, as long as it is broken.
      if (isLook(request)) return badAnswers.gatewayTimeout
      return tooFew(this.#rightAnswer(site, rest.join('/'), request.fields))
    }
    // What stands before PHP gives up, and PHP does it all the same.
    if (broken === 'gatewayTimeout') this.#rightAnswer(site, rest.join('/'), request.fields)
    return badAnswers[broken === 'noName' ? 'notFound' : broken]
  }

  #rightAnswer(site: string, route: string, fields: StubRequest['fields']): StubAnswer {
    if (route === 'civicrm/authx/id') return json({ contact_id: 2, user_id: 1 })
    if (route === 'civicrm/ajax/rest') return json(this.#record(site, fields['json'] ?? '[]'))
    const [, , , entity = '', action] = route.split('/')
    const params: unknown = JSON.parse(fields['params'] ?? '{}')
    if (action !== 'get') return json({ values: [] })
    return json({ values: this.#rows(site, entity, listIn(params)) })
  }

  #rows(site: string, entity: string, asked: readonly unknown[]): readonly unknown[] {
    switch (entity) {
      case 'Contact':
        return [{ id: 3 }]
      case 'Email':
        return asked.flatMap((email) => {
          const id = Number(/^p(\d+)@/.exec(String(email))?.[1])
          if (Number.isNaN(id)) return []
          return {
            id,
            contact_id: id,
            email,
            on_hold: 0,
            hold_date: null,
            reset_date: null,
            'contact_id.is_opt_out': false,
          }
        })
      case 'MailingEventQueue':
        return asked.map((id) => {
          const { hash, email } = personOf(site, Number(id))
          return { id, hash, contact_id: id, email_id: id, 'email_id.email': email, 'email_id.reset_date': null }
        })
      case 'MailingEventBounce':
        return asked.flatMap((id) =>
          (this.bounces(site).get(Number(id)) ?? []).map(({ reason }) => ({
            event_queue_id: id,
            bounce_reason: reason,
          })),
        )
      default:
        return []
    }
  }

  #record(site: string, calls: string): readonly unknown[] {
    const at = performance.timeOrigin + performance.now()
    const bounces = this.#bounces.get(site) ?? new Map<number, RecordedAt[]>()
    this.#bounces.set(site, bounces)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the gateway's own making
    const asked = JSON.parse(calls) as readonly [string, string, { event_queue_id: number; bounce_reason: string }][]
    return asked.map(([, , { event_queue_id: queueId, bounce_reason: reason }]) => {
      bounces.set(queueId, [...(bounces.get(queueId) ?? []), { reason, at }])
      return { is_error: 0, version: 3, count: 1, values: { event_queue_id: queueId } }
    })
  }
}

/** The values of the first condition with IN. */
function listIn(params: unknown): readonly unknown[] {
  const where: unknown = typeof params === 'object' && params !== null && 'where' in params ? params.where : []
  if (!Array.isArray(where)) return []
  for (const clause of where)
    if (Array.isArray(clause) && clause[1] === 'IN' && Array.isArray(clause[2])) return clause[2]
  return []
}

/** Which of these bounces stand there, as opposed to whether any may be read. */
function isLook({ path, fields }: StubRequest): boolean {
  return path.includes('MailingEventBounce') && listIn(JSON.parse(fields['params'] ?? '{}')).length > 0
}

/** It did everything, and what it says of it lost the last part on the way. */
function tooFew(answer: StubAnswer): StubAnswer {
  if (!('status' in answer)) return answer
  const body: unknown = JSON.parse(String(answer.body))
  return Array.isArray(body) ? json(body.slice(1)) : answer
}

import type { AddressRow, QueueRow } from '../../civimail/crmFacts.ts'
import { type BounceOutcome, type BounceToRecord, type Crm, type CrmCapabilities, CrmError } from '../../civicrm/crm.ts'
import type { Emitter } from '../../emitter.ts'
import { messageOf } from '../../errors/gatewayError.ts'
import type { CrmCallName, RecorderEvents } from '../events.ts'
import type { Turn } from '../turns.ts'
import type { Permit, SiteGate } from './siteGate.ts'

interface SiteCallsParts {
  readonly site: string
  readonly crm: Crm
  readonly events: Emitter<RecorderEvents>
  readonly giveUp: AbortSignal
  readonly gate: SiteGate
}

interface Asked {
  readonly call: CrmCallName
  readonly items: number
  readonly writes: boolean
  readonly permit?: Permit
}

/**
 * The calls of one site: each passes the site's gate (those that write bring the permit with which their intent was
 * stored), each is told to the events with its duration and outcome, each ends at the latest
 * when the gateway gives up stopping gracefully, and each throws nothing but a CrmError.
 */
export class SiteCalls {
  readonly #parts: SiteCallsParts
  readonly #turn: Turn | null
  #made = 0

  constructor(parts: SiteCallsParts, turn: Turn | null = null) {
    this.#parts = parts
    this.#turn = turn
  }

  get #crm(): Crm {
    return this.#parts.crm
  }

  get #giveUp(): AbortSignal {
    return this.#parts.giveUp
  }

  /** Calls made so far. */
  get made(): number {
    return this.#made
  }

  /** The same calls, as one makes them who is at work: others work while the site is being asked. */
  during(turn: Turn): SiteCalls {
    return new SiteCalls(this.#parts, turn)
  }

  async capabilities(): Promise<CrmCapabilities> {
    return this.#do({ call: 'capabilities', items: 1, writes: false }, async () => this.#crm.capabilities(this.#giveUp))
  }

  async findAddresses(addresses: readonly string[]): Promise<readonly AddressRow[]> {
    if (addresses.length === 0) return []
    const asked = { call: 'findAddresses', items: addresses.length, writes: false } as const
    return this.#do(asked, async () => this.#crm.findAddresses(addresses, this.#giveUp))
  }

  async findQueueRows(queueIds: readonly number[]): Promise<readonly QueueRow[] | 'unknown'> {
    if (queueIds.length === 0) return []
    const asked = { call: 'findQueueRows', items: queueIds.length, writes: false } as const
    return this.#do(asked, async () => this.#crm.findQueueRows(queueIds, this.#giveUp))
  }

  async findRecorded(
    looks: readonly { readonly queueId: number; readonly marker: string }[],
  ): Promise<ReadonlySet<string>> {
    const asked = { call: 'findRecorded', items: looks.length, writes: false } as const
    return this.#do(asked, async () => this.#crm.findRecorded(looks, this.#giveUp))
  }

  /** For one call that writes, which ends it. */
  async permit(): Promise<Permit> {
    return this.#aside(async () => this.#parts.gate.enter(this.#giveUp))
  }

  async recordBounces(bounces: readonly BounceToRecord[], permit: Permit): Promise<readonly BounceOutcome[]> {
    const asked = { call: 'recordBounces', items: bounces.length, writes: true, permit } as const
    return this.#do(asked, async () => this.#crm.recordBounces(bounces, this.#giveUp))
  }

  async hold(emailIds: readonly number[], permit: Permit): Promise<readonly number[]> {
    const asked = { call: 'hold', items: emailIds.length, writes: true, permit } as const
    return this.#do(asked, async () => this.#crm.hold(emailIds, this.#giveUp))
  }

  async optOut(contactIds: readonly number[], permit: Permit): Promise<readonly number[]> {
    const asked = { call: 'optOut', items: contactIds.length, writes: true, permit } as const
    return this.#do(asked, async () => this.#crm.optOut(contactIds, this.#giveUp))
  }

  async #do<T>(asked: Asked, call: () => Promise<T>): Promise<T> {
    return this.#aside(async () => {
      const permit = asked.permit ?? (await this.#parts.gate.enter(this.#giveUp))
      try {
        return await this.#ask(asked, call)
      } finally {
        permit.leave()
      }
    })
  }

  async #aside<T>(wait: () => Promise<T>): Promise<T> {
    return this.#turn === null ? wait() : this.#turn.aside(wait)
  }

  async #ask<T>(asked: Asked, call: () => Promise<T>): Promise<T> {
    if (this.#giveUp.aborted) throw brokenOff(asked, false)
    this.#made += 1
    const since = performance.now()
    const tell = (outcome: 'ok' | CrmError): void => {
      const { call, items } = asked
      const elapsedMs = performance.now() - since
      this.#parts.events.emit('crmCall', {
        site: this.#parts.site,
        call,
        items,
        outcome: outcome === 'ok' ? outcome : outcome.kind,
        elapsedMs,
      })
    }
    try {
      const value = await this.#orGivenUp(call(), asked)
      tell('ok')
      return value
    } catch (error: unknown) {
      const fault = asCrmError(error, asked)
      tell(fault)
      throw fault
    }
  }

  /** A CRM should heed the signal, but a stop must not depend on it. */
  async #orGivenUp<T>(answer: Promise<T>, asked: Asked): Promise<T> {
    const signal = this.#giveUp
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => reject(brokenOff(asked, asked.writes))
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([answer, promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

function brokenOff({ call }: Asked, unknown: boolean): CrmError {
  return new CrmError('interrupted', `${call}: broken off, as the gateway stops`, { unknown, passes: true })
}

/** What a CRM throws beside CrmErrors is a fault of its program or its database: whether it did anything is not known. */
function asCrmError(error: unknown, asked: Asked): CrmError {
  if (error instanceof CrmError) return error
  return new CrmError('server', `${asked.call}: ${messageOf(error)}`, {
    unknown: asked.writes,
    passes: true,
    cause: error,
  })
}

import type { PastEvent } from '../ledger/history.ts'
import { addressDomain, domainKey } from '../ses/addresses.ts'
import type { LedgerEffect } from '../ledger/ledger.ts'

/** Which effects an undo is about; a field not given fits all. */
export interface UndoFilter {
  readonly site?: string | undefined
  /** Times of the first report, epoch ms. */
  readonly since?: number | undefined
  readonly before?: number | undefined
  /** Of the recipient's address, with its subdomains. */
  readonly domain?: string | undefined
  /** Of the decision. */
  readonly rule?: string | undefined
  /** Of the mail event. */
  readonly kind?: string | undefined
  readonly effect?: 'hold' | 'optOut' | undefined
}

export type EventOfEffects = Pick<PastEvent, 'eventId' | 'key' | 'firstSeenAt' | 'event' | 'decision' | 'effects'>

/** Whether an effect of an event is chosen; what reverses nothing (alarms, what was never carried out) never is. */
export function isChosen(event: EventOfEffects, effect: LedgerEffect, filter: UndoFilter): boolean {
  return isReversible(effect) && fitsEvent(event, filter) && fitsEffect(effect, filter.effect)
}

/** Carried out, as far as is known: of an uncertain one the CRM itself shows it. */
export function isReversible({ effect, state }: LedgerEffect): boolean {
  return effect.effect !== 'alarm' && (state === 'done' || state === 'uncertain')
}

function fitsEvent({ key, firstSeenAt, decision }: EventOfEffects, filter: UndoFilter): boolean {
  const { site, since, before, domain, rule, kind } = filter
  return (
    (site === undefined || key.site === site) &&
    (since === undefined || firstSeenAt >= since) &&
    (before === undefined || firstSeenAt < before) &&
    (rule === undefined || decision.rule === rule) &&
    (kind === undefined || key.kind === kind) &&
    (domain === undefined || isOfDomain(key.recipient, domain))
  )
}

/** A bounce on a mailing's row puts on hold as well. */
function fitsEffect({ effect }: LedgerEffect, wanted: UndoFilter['effect']): boolean {
  if (wanted === undefined) return true
  return (effect.effect === 'optOut') === (wanted === 'optOut')
}

function isOfDomain(address: string, domain: string): boolean {
  const found = addressDomain(address)
  const asked = domainKey(domain.trim().replace(/^[@.]+/, ''))
  return found === asked || found.endsWith(`.${asked}`)
}

import { isPseudonymSql, type KnownPseudonyms } from '../privacy/pseudonyms.ts'
import type { CrmFacts } from '../civimail/crmFacts.ts'
import type { Effect } from '../civimail/decision.ts'
import type { FoundReference } from '../civimail/reference.ts'
import { addressKey } from '../ses/addresses.ts'
import { type Packed, unpack } from './packing/packedJson.ts'
import type { EffectState, EventFilter, EventKey, LedgerEffect } from './ledger.ts'

/** JSON text of a column, with the shape that this program wrote into it. */
export type Json<Value> = string & { readonly shape?: Value }

export function fromJson<Value>(text: Json<Value>): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing but this program writes it
  return JSON.parse(text) as Value
}

/** A row of `effect`, whichever engine has it. */
export interface EffectRow extends Omit<LedgerEffect, 'effect'> {
  readonly effect: Json<Effect>
}

export function effectOf(row: EffectRow): LedgerEffect {
  return { ...row, effect: fromJson(row.effect) }
}

/** A row of `mail_event`: what the recorder needs, without the event itself. */
export interface EntryRow extends EventKey {
  readonly eventId: number
  readonly firstSeenAt: number
  readonly decision: Packed<'decision'>
}

/** The whole of it, for lists. */
export interface EventRow extends EntryRow {
  readonly reference: Packed<'reference'> | null
  readonly event: Packed<'event'>
}

/** With what was read for the decision, for histories. */
export interface PastRow extends EventRow {
  readonly facts: Packed<'facts'> | null
}

/** @throws GatewayError STORAGE_CORRUPT */
export function referenceOf({ reference, eventId }: Pick<EventRow, 'reference' | 'eventId'>): FoundReference | null {
  return reference === null ? null : unpack('reference', reference, eventId)
}

/** @throws GatewayError STORAGE_CORRUPT */
export function factsOf({ facts, eventId }: Pick<PastRow, 'facts' | 'eventId'>): CrmFacts | null {
  return facts === null ? null : unpack('facts', facts, eventId)
}

export function keyOf({ site, sesMessageId, recipient, kind, class: eventClass }: EventKey): EventKey {
  return { site, sesMessageId, recipient, kind, class: eventClass }
}

/** Condition on a row of `mail_event`, in the words of both engines. */
export const isNamelessSql = isPseudonymSql('recipient')

/** The stored addresses by which an address is looked for: in one spelling, and as a pseudonym. */
export function addressesStored(address: string, pseudonyms: KnownPseudonyms): readonly string[] {
  const key = addressKey(address)
  const pseudonym = pseudonyms()?.of(key)
  return pseudonym === undefined || pseudonym === key ? [key] : [key, pseudonym]
}

/** A search for a person, once for each way in which he is stored: the index of each is in the order of the list. */
export function eachStored(filter: EventFilter, pseudonyms: KnownPseudonyms): readonly EventFilter[] {
  const { recipient } = filter
  if (recipient === undefined) return [filter]
  return addressesStored(recipient, pseudonyms).map((stored) => ({ ...filter, recipient: stored }))
}

/** What several searches found, as one list: newest first. */
export function newestOf<Row extends Pick<EntryRow, 'firstSeenAt' | 'eventId'>>(
  lists: readonly (readonly Row[])[],
  limit: number,
): readonly Row[] {
  const [only = []] = lists
  if (lists.length < 2) return only
  return lists
    .flat()
    .toSorted((one, other) => other.firstSeenAt - one.firstSeenAt || other.eventId - one.eventId)
    .slice(0, limit)
}

/** Whether an effect has surely not been carried out, and no call is under way: a new decision may replace it. */
export function isReplaceable(state: EffectState): boolean {
  return state === 'planned' || state === 'refused'
}

/** Whether no call was ever made for it: one that was given back has kept what was answered. */
export function wasNeverBegun({ state, settledAt }: Pick<LedgerEffect, 'state' | 'settledAt'>): boolean {
  return state === 'planned' && settledAt === null
}

/**
 * Whether an event that comes again is decided anew: nothing of it was carried out or may have been, or CiviCRM
 * refused it.
 */
export function isDecidedAnew(effects: readonly Pick<LedgerEffect, 'state'>[]): boolean {
  const states = new Set(effects.map(({ state }) => state))
  if (states.has('calling')) return false
  return states.has('refused') || [...states].every((state) => state === 'planned')
}

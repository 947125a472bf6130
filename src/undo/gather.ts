import type { AddressState, Crm } from '../civicrm/crm.ts'
import { addressesToRead } from '../civimail/addressesToRead.ts'
import { correlate } from '../civimail/correlate.ts'
import type { SiteRules } from '../civimail/siteRules.ts'
import type { History, PastEvent } from '../ledger/history.ts'
import { addressKey } from '../ses/addresses.ts'
import type { PastEffect, UndoCase } from './undoCase.ts'
import { isChosen, isReversible, type UndoFilter } from './undoFilter.ts'
import type { UndoStore } from './undoStore.ts'

/** Mail events of one recipient that are looked through, the newest: nobody has more, and a list has an end. */
const mostEvents = 500

export interface GatherParts {
  readonly history: Pick<History, 'ofRecipients'>
  readonly undos: Pick<UndoStore, 'find'>
}

/** Recipients of one site, each with the event by which he was met. */
export interface MetRecipients {
  readonly site: string
  readonly rules: SiteRules
  readonly met: ReadonlyMap<string, number>
}

/** One recipient at one site: what of him is chosen, and what else the gateway did. */
export interface RecipientWork {
  readonly site: string
  readonly recipient: string
  readonly chosen: readonly PastEffect[]
  readonly others: readonly PastEffect[]
  readonly addresses: readonly string[]
  readonly undone: UndoCase['undone']
}

/**
 * All that the ledger has of these recipients; without those who were met by another than the first of their chosen
 * events, with which they were dealt with already.
 */
export async function gatherRecipients(
  { site, rules, met }: MetRecipients,
  filter: UndoFilter,
  { history, undos }: GatherParts,
): Promise<readonly RecipientWork[]> {
  const found = await history.ofRecipients(site, [...met.keys()], { standing: 'effective', most: mostEvents })
  const eventsOf = Map.groupBy(found, ({ key }) => key.recipient)
  const turns = [...met].flatMap(([recipient, eventId]) => {
    const events = eventsOf.get(recipient) ?? []
    const first = events.find((event) => event.effects.some((effect) => isChosen(event, effect, filter)))
    return first?.eventId === eventId ? [{ recipient, effects: reversible(events) }] : []
  })
  const undone = await undos.find(turns.flatMap(({ effects }) => effects.map(({ stored }) => stored.id)))
  return turns.map(({ recipient, effects }) => {
    const chosen = effects.filter(({ of, stored }) => isChosen(of, stored, filter))
    const others = effects.filter(
      (effect) => !chosen.includes(effect) && undone.get(effect.stored.id)?.state !== 'done',
    )
    const addresses = new Set(chosen.flatMap(({ of }) => addressesToRead(of.event, correlate(of.event, rules))))
    return { site, recipient, chosen, others, addresses: [...addresses], undone }
  })
}

function reversible(events: readonly PastEvent[]): readonly PastEffect[] {
  return events.flatMap((of) =>
    of.effects.filter((stored) => isReversible(stored)).map((stored) => ({ of, stored, facts: of.facts })),
  )
}

/** What the CRM says of these recipients now, in as few requests as it takes. @throws CrmError */
export async function lookUp(
  works: readonly RecipientWork[],
  crm: Pick<Crm, 'findAddresses' | 'findOwnOptOuts'>,
  withoutLook: boolean,
): Promise<readonly UndoCase[]> {
  const rows = await crm.findAddresses([...new Set(works.flatMap(({ addresses }) => addresses))])
  const contacts = works.flatMap(({ chosen }) =>
    chosen.flatMap(({ stored }) => (stored.effect.effect === 'optOut' ? stored.effect.contactIds : [])),
  )
  const ownOptOuts = contacts.length === 0 ? [] : await crm.findOwnOptOuts([...new Set(contacts)])
  const byAddress = Map.groupBy(rows, ({ email }) => addressKey(email))
  return works.map(({ chosen, others, undone, addresses }) => ({
    chosen,
    others,
    undone,
    rows: rowsOf(byAddress, addresses),
    ownOptOuts,
    withoutLook,
  }))
}

function rowsOf(
  byAddress: ReadonlyMap<string, readonly AddressState[]>,
  addresses: readonly string[],
): readonly AddressState[] {
  const keys = new Set(addresses.map((address) => addressKey(address)))
  return [...keys].flatMap((key) => byAddress.get(key) ?? [])
}

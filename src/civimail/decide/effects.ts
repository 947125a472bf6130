import { addressKey } from '../../ses/addresses.ts'
import type { AddressRow } from '../crmFacts.ts'
import type { Effect } from '../decision.ts'
import type { DecisionCase } from './decisionCase.ts'
import { contactsOf } from './rows.ts'
import { sesSaid } from './sesSaid.ts'

/** What a person should know, without an address: alarms are shown and logged in many places. */
export function alarmAbout({ event, rule }: Pick<DecisionCase, 'event' | 'rule'>): Effect {
  return { effect: 'alarm', about: `${sesSaid(event, false)} ${rule.because}` }
}

export interface OptOut {
  /** null where no live contact has the address. */
  readonly effect: Effect | null
  readonly sentence: string
}

/**
 * Opts out every live contact with an address: the person who complained may be any of them.
 * @param rows of the address; null where nobody looked
 */
export function optOutOf(address: string, rows: readonly AddressRow[] | null): OptOut {
  const contactIds = rows === null ? [] : contactsOf(rows)
  if (rows !== null && contactIds.length === 0)
    return { effect: null, sentence: 'No live contact has the address, so nobody is opted out.' }
  return {
    effect: { effect: 'optOut', address: addressKey(address), contactIds },
    sentence: sentenceFor(rows, contactIds.length),
  }
}

function sentenceFor(rows: readonly AddressRow[] | null, contacts: number): string {
  if (rows === null) return 'Every contact with the address is opted out; who that is was not looked up.'
  if (contacts === 1) return 'The contact with the address is opted out.'
  return `${contacts === 2 ? 'Both' : `All ${contacts}`} contacts with the address are opted out.`
}

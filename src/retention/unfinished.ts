import { outageRules } from '../civimail/guard/setAside.ts'
import type { EffectState } from '../ledger/ledger.ts'
import type { KnownPseudonyms } from '../privacy/pseudonyms.ts'

/** Effects that may still be carried out or looked up: what they need stays. */
export const unfinishedStates: readonly EffectState[] = ['planned', 'calling', 'uncertain']

/** For SQL. */
export const unfinishedList = unfinishedStates.map((state) => `'${state}'`).join(', ')

/** Rules of a bounce that waits for a person, or for its recording after he decided; for SQL. */
export const setAsideList = [outageRules.aside, outageRules.released].map((rule) => `'${rule}'`).join(', ')

export interface NamesOf {
  readonly pseudonyms: KnownPseudonyms
}

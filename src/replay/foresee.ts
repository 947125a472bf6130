import { standsUntilAPerson } from '../civimail/guard/setAside.ts'
import type { Decision } from '../civimail/decision.ts'
import type { LedgerEntry } from '../ledger/ledger.ts'
import { isDecidedAnew } from '../ledger/rows.ts'
import { doesWhat } from '../whatIf/redecide.ts'

/**
 * What a replay does for one mail event:
 * - `new`: something would be done that was not done before
 * - `same`: it would be decided alike, or has nothing to do either way
 * - `kept`: by the rules of now it would be decided otherwise, but what was done is done, and is not done again; to
 *   take it back is an undo's work
 * - `undone`: it would opt somebody out whose opt-out an undo has taken back since, so its notification is left out
 * - `person`: a person decides (set aside), or its address is no longer kept
 * - `unclaimed`: no site claims it
 */
export type Foresight = 'new' | 'same' | 'kept' | 'undone' | 'person' | 'unclaimed'

export interface Foreseen {
  readonly foresight: Foresight
  /** As it was decided, with what came of it; null where it never was. */
  readonly before: string | null
  /** As it would be decided now; null where nobody decides. */
  readonly now: string | null
}

/** Whether an event is decided anew when it comes again: then it turns on what the CRM knows by now. */
export function isOpen(entry: Pick<LedgerEntry, 'decision' | 'effects' | 'nameless'> | null): boolean {
  return entry === null || (!entry.nameless && !standsUntilAPerson(entry.decision) && isDecidedAnew(entry.effects))
}

/**
 * Foresees one mail event. Pure.
 * @param entry what the ledger has of it; null: it was never decided
 * @param decision by the rules of now; null where no site claims it
 * @param isTakenBack whether an undo has since taken back what it would do
 */
export function foresee(
  entry: Pick<LedgerEntry, 'decision' | 'effects' | 'nameless'> | null,
  decision: Decision | null,
  isTakenBack = false,
): Foreseen {
  const before = entry === null ? null : `${entry.decision.rule}: ${cameOf(entry)}`
  if (decision === null) return { foresight: 'unclaimed', before, now: null }
  if (entry !== null && (entry.nameless || standsUntilAPerson(entry.decision)))
    return { foresight: 'person', before, now: null }
  const now = `${decision.rule}: ${doesWhat(decision.effects)}`
  if (isTakenBack) return { foresight: 'undone', before, now }
  if (entry === null) return { foresight: decision.effects.length > 0 ? 'new' : 'same', before, now }
  const watched = entry.effects.filter(({ state }) => state === 'watched')
  // Reopened, it is carried out as it was decided.
  if (watched.length > 0)
    return { foresight: 'new', before, now: `${entry.decision.rule}: ${cameOf(entry, 'planned')}` }
  if (isDecidedAnew(entry.effects)) return { foresight: decision.effects.length > 0 ? 'new' : 'same', before, now }
  const stored = doesWhat(entry.effects.map(({ effect }) => effect))
  return { foresight: stored === doesWhat(decision.effects) ? 'same' : 'kept', before, now }
}

/** What a decision did, with the state of each effect that is not simply done. */
function cameOf({ effects }: Pick<LedgerEntry, 'effects'>, as?: string): string {
  if (effects.length === 0) return 'nothing'
  return effects
    .map(({ effect, state }) => {
      const shown = as ?? state
      return shown === 'done' || as !== undefined ? doesWhat([effect]) : `${doesWhat([effect])} (${state})`
    })
    .join(', ')
}

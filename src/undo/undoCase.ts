import type { AddressState, HeldRow, OwnOptOut } from '../civicrm/crm.ts'
import type { CrmFacts } from '../civimail/crmFacts.ts'
import type { LedgerEffect } from '../ledger/ledger.ts'
import type { EventOfEffects } from './undoFilter.ts'
import type { UndoneEffect } from './undoStore.ts'

/** An effect with the event that it belongs to, and what was known before it. */
export interface PastEffect {
  readonly of: EventOfEffects
  readonly stored: LedgerEffect
  readonly facts: CrmFacts | null
}

/** All that judging one recipient at one site goes by. */
export interface UndoCase {
  readonly chosen: readonly PastEffect[]
  /** Of the same recipient, carried out, and neither chosen nor undone. */
  readonly others: readonly PastEffect[]
  /** Earlier undos of the chosen ones. */
  readonly undone: ReadonlyMap<number, UndoneEffect>
  /** Live rows with the recipient's addresses, as they stand now. */
  readonly rows: readonly AddressState[]
  readonly ownOptOuts: readonly OwnOptOut[] | 'unknown'
  /** Opt-outs are taken back even where nobody can see whether the person has opted out himself since. */
  readonly withoutLook: boolean
}

/**
 * - `undo`: there is something to take back.
 * - `done`: an undo that broke off has taken it back already.
 * - `left`: it is not as the effect left it; a person decides.
 * - `nothing`: it had changed nobody's state (a bounce below the threshold, on hold before).
 */
export interface Verdict {
  readonly effectId: number
  readonly eventId: number
  readonly verdict: 'undo' | 'done' | 'left' | 'nothing'
  readonly why: string
  readonly release: readonly HeldRow[]
  readonly optIn: readonly number[]
}

/** What one row or contact says about an effect. */
export type Finding =
  | { readonly finding: 'release'; readonly row: HeldRow }
  | { readonly finding: 'optIn'; readonly contactId: number }
  | { readonly finding: 'done' | 'left' | 'nothing'; readonly why: string }

/**
 * The site's clock and ours differ, and what was recorded shows a moment before or after we noted it: a hold within
 * so many milliseconds of an effect is taken for that effect's.
 */
export const slackMs = 10 * 60_000

/** When an effect was at work, by our clock, with some slack on both sides. */
export function spanOf({ of, stored }: PastEffect): { readonly from: number; readonly to: number } {
  const from = stored.calledAt ?? of.firstSeenAt
  return { from: from - slackMs, to: (stored.settledAt ?? stored.conclusiveAt ?? from) + slackMs }
}

/** A moment in a sentence. */
export function dated(at: number | null): string {
  return at === null ? '' : `at ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

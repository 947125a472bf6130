import type { RemovalCounts } from '../suppression/removals.ts'
import type { Verdict } from './undoCase.ts'
import type { UndoFilter } from './undoFilter.ts'

export interface UndoRequest {
  readonly filter: UndoFilter
  readonly dryRun: boolean
  readonly askedBy: string
  readonly why: string
  /** Opt-outs are taken back even where the API key may not see whether the person has opted out himself since. */
  readonly withoutLook: boolean
  /** Whether the addresses are removed from the SES suppression list. */
  readonly clearSuppression: boolean
  /** Effects named in the report, at most; all are counted. */
  readonly details: number
}

export interface UndoneDetail {
  readonly site: string
  readonly recipient: string
  readonly eventId: number
  readonly rule: string
  readonly effect: string
  readonly verdict: Verdict['verdict']
  readonly why: string
}

export interface UndoReport {
  /** null in a dry run. */
  readonly undoId: number | null
  readonly dryRun: boolean
  /** It ended before it was through: whoever asked has gone, or the gateway stops. */
  readonly brokenOff: boolean
  readonly effects: Readonly<Record<Verdict['verdict'], number>>
  readonly recipients: number
  /** E-mail rows off hold and contacts opted in; in a dry run those that would be. */
  readonly released: number
  readonly optedIn: number
  /** Of its addresses on the SES suppression list; null where it was not asked for, and in a dry run. */
  readonly suppression:
    | (RemovalCounts & { /** Those that wait are tried by themselves. */ readonly goesOn: boolean })
    | null
  readonly details: readonly UndoneDetail[]
  /** Sites whose part was not done, with the reason. */
  readonly failed: readonly { readonly site: string; readonly message: string }[]
}

import type { PolicyWarning } from '../civimail/policy/check.ts'
import type { Difference, Direction, RuleChange } from './person.ts'

export interface WhatIfReport {
  /** name@version */
  readonly policy: string
  readonly sites: readonly string[]
  /** It ended before it was through: whoever asked has gone, or the gateway stops. */
  readonly brokenOff: boolean
  readonly warnings: readonly PolicyWarning[]
  readonly events: EventCounts
  /** Most frequent first. */
  readonly changes: readonly CountedChange[]
  readonly recipients: Readonly<Record<Direction, number>> & { readonly looked: number }
  /** Rules by which recipients were held or opted out who would not be, with how many: what an undo can take back. */
  readonly milderRules: readonly { readonly site: string; readonly rule: string; readonly recipients: number }[]
  /** The first of those who would fare otherwise. */
  readonly details: readonly Difference[]
}

export interface EventCounts {
  readonly compared: number
  /** Of these, decided otherwise. */
  readonly otherwise: number
  /**
   * Of these, decided as if the address were known and the mailing there: nothing had to be read of CiviCRM at the
   * time, or what was read is no longer kept.
   */
  readonly assumed: number
  /** Not compared: their addresses are no longer kept. */
  readonly nameless: number
  /** Not compared: bounces set aside as a fault of the provider, of which a person decides. */
  readonly setAside: number
}

export interface CountedChange extends RuleChange {
  readonly site: string
  readonly events: number
  readonly recipients: number
}

import type { BounceTypeName } from './bounceTypes.ts'
import type { MailingReference } from './reference.ts'

/**
 * **Decision**: what is to be done in CiviCRM for one mail event, with the rule that said so and a
 * sentence a person understands. **Effect**: one thing to do.
 */
export type Effect =
  | {
      /** A bounce on the queue row of a mailing, by CiviCRM's own bounce logic (it counts and holds). */
      readonly effect: 'bounce'
      readonly bounceType: BounceTypeName
      readonly reference: MailingReference
      /** Text for CiviCRM's bounce report, without the marker; at most 254 bytes with it. */
      readonly reason: string
    }
  | {
      /**
       * A bounce without a usable queue row, counted by the gateway for the address (in the one spelling
       * of `addressKey`). `emailIds` are the rows whose count reaches the site's threshold with this
       * event: those go on hold (often none yet).
       */
      readonly effect: 'hold'
      readonly bounceType: BounceTypeName
      readonly address: string
      readonly emailIds: readonly number[]
    }
  | {
      /** `is_opt_out` for these live contacts, found by the address. */
      readonly effect: 'optOut'
      readonly address: string
      readonly contactIds: readonly number[]
    }
  | {
      /** Nothing in CiviCRM; a person should know (our own account's error, too many contacts). */
      readonly effect: 'alarm'
      readonly about: string
    }

export type EffectKind = Effect['effect']

/**
 * Why a decision has the effects it has, in one word for lists and counts:
 * - `effective`: it changes something in CiviCRM (or counts towards it)
 * - `none`: kept, no effect (delivery, not-spam, released since, …)
 * - `possible`: one of several complained recipients, not the certain one
 * - `foreign`: mail of other software in the same SES account
 * - `person`: a person decides
 */
export type Standing = 'effective' | 'none' | 'possible' | 'foreign' | 'person'

export interface Decision {
  /** Stable name of the rule, e.g. `bounce-transient-general`. */
  readonly rule: string
  readonly standing: Standing
  readonly effects: readonly Effect[]
  /** One or two sentences in plain words. */
  readonly explanation: string
  /** The policy that was applied, `name@version`. */
  readonly policy: string
}

/** CiviCRM's bounce types by name; the numeric ids and thresholds are the site's own and editable there. */
export const bounceTypeNames = [
  'AOL',
  'Away',
  'Dns',
  'Host',
  'Inactive',
  'Invalid',
  'Loop',
  'Quota',
  'Relay',
  'Spam',
  'Syntax',
] as const

export type BounceTypeName = (typeof bounceTypeNames)[number]

export interface BounceType {
  readonly id: number
  /** Bounces of this type until the address is put on hold; 0 = recorded, never held. */
  readonly threshold: number
}

export type BounceTypes = Readonly<Record<BounceTypeName, BounceType>>

/** A fresh CiviCRM 5.63 to 6.20 (sql/civicrm_data/civicrm_mailing_bounce_type). */
export const defaultBounceTypes: BounceTypes = {
  AOL: { id: 1, threshold: 1 },
  Away: { id: 2, threshold: 30 },
  Dns: { id: 3, threshold: 3 },
  Host: { id: 4, threshold: 3 },
  Inactive: { id: 5, threshold: 1 },
  Invalid: { id: 6, threshold: 1 },
  Loop: { id: 7, threshold: 3 },
  Quota: { id: 8, threshold: 3 },
  Relay: { id: 9, threshold: 3 },
  Spam: { id: 10, threshold: 1 },
  Syntax: { id: 11, threshold: 3 },
}

/**
 * **Mailing reference**: what CiviMail writes into its VERP addresses
 * `{localpart}{action}{sep}{job}{sep}{queue}{sep}{hash}@{domain}` (CRM/Mailing/BAO/Mailing.php).
 */
export interface MailingReference {
  readonly jobId: number
  readonly queueId: number
  /** 16 characters [0-9a-z], as found (upper case kept: CiviCRM accepts it). */
  readonly hash: string
  /** The letter of the address: b bounce, r reply, u unsubscribe, e resubscribe, o opt-out, m transactional extension. */
  readonly action: string
  readonly domain: string
}

/** Where the correlation ladder found the reference; in the order of trust. */
export const referenceSources = [
  'X-CiviMail-Bounce',
  'Return-Path',
  'commonHeaders.returnPath',
  'mail.source',
  'List-Unsubscribe',
] as const

export type ReferenceSource = (typeof referenceSources)[number]

export interface FoundReference extends MailingReference {
  readonly from: ReferenceSource
}

/** How a site writes its VERP addresses (CiviCRM's default mail settings and `verpSeparator`). */
export interface VerpSettings {
  /** E.g. `bounce+`; often empty; null where unknown (then the right-most match is taken). */
  readonly localpart: string | null
  /** Free text up to 32 characters, default `.`. */
  readonly separator: string
  /** Lower case. Empty: any domain (only `inspect` without settings works so). */
  readonly domains: readonly string[]
}

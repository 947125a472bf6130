/** What was looked at, in the order in which a failure makes the rest pointless. */
export const checkNames = [
  'connection',
  'address',
  'login',
  'accessCivicrm',
  'accessCivimail',
  'viewContacts',
  'editContacts',
  'administrator',
  'timeZone',
  'bounceTypes',
  'mailSettings',
  'otherHandlers',
  'bounceMailbox',
] as const

export type CheckName = (typeof checkNames)[number]

/**
 * - `ok`: as it must be.
 * - `warning`: works, but a person should know.
 * - `failed`: nothing can be recorded like this.
 * - `unknown`: could not be found out, by lack of rights or because of an earlier failure.
 */
export type CheckResult = 'ok' | 'warning' | 'failed' | 'unknown'

export interface SiteCheck {
  readonly check: CheckName
  readonly result: CheckResult
  /** What was found, in a sentence. */
  readonly says: string
  /** What to do about it; null where nothing is to be done. */
  readonly advice: string | null
}

/** What `civicrm-ses sites test` found out about one CiviCRM, without changing anything there. */
export interface SiteTestReport {
  /** Whether effects can be recorded: no check failed. */
  readonly ok: boolean
  readonly checks: readonly SiteCheck[]
  /** Whether the key may read back ('administer CiviCRM'); null where not known. */
  readonly administrator: boolean | null
  /** The zone in which the site's dates are read, e.g. `Europe/Berlin` or `UTC+01:00`; null where not known. */
  readonly timeZone: string | null
}

/** What is said of a check that an earlier failure has left out. */
export const notTried = 'Not tried, since something before it failed.'

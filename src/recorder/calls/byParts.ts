import type { CrmError } from '../../civicrm/crm.ts'
import { type Pace, slower } from '../site/pace.ts'
import { isTooMuch } from './siteFault.ts'

/** How a request went that failed as a whole and was made again in parts. */
export interface ByParts {
  /** Why the whole failed; null where it passed. */
  readonly whole: CrmError | null
  readonly culprits: readonly unknown[]
  readonly siteFault: CrmError | null
}

/**
 * What fails as a whole and passes in parts, none of them at fault, was too much, whatever the site says of it: PHP
 * throws all fields of a request away that is longer than its `post_max_size`, and CiviCRM then answers as to somebody
 * who asks for nothing. What says by itself that it is too much has slowed the pace already.
 */
export function slowerByParts(pace: Pace, items: number, { whole, culprits, siteFault }: ByParts): Pace {
  if (whole === null || isTooMuch(whole) || culprits.length > 0 || siteFault !== null) return pace
  return slower(pace, items, whole.message)
}

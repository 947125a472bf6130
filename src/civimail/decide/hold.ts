import { addressKey } from '../../ses/addresses.ts'
import type { BounceTypeName } from '../bounceTypes.ts'
import type { AddressRow } from '../crmFacts.ts'
import type { Effect } from '../decision.ts'
import type { DecisionCase } from './decisionCase.ts'
import { countBounce } from './rows.ts'

/**
 * Counts a bounce for an address by the site's thresholds, since no queue row lets CiviCRM do it.
 * @param rows of the address; null where nobody looked
 */
export function holdOf(
  address: string,
  bounceType: BounceTypeName,
  rows: readonly AddressRow[] | null,
  { facts, rules }: Pick<DecisionCase, 'facts' | 'rules'>,
): { readonly effect: Effect; readonly sentence: string } {
  const { threshold } = rules.bounceTypes[bounceType]
  const { emailIds, reached } = countBounce(rows ?? [], { bounceType, threshold, counted: facts.counted })
  const heldAlready = threshold > 0 && reached >= threshold && emailIds.length === 0
  const end = heldAlready ? ', where it is already.' : '.'
  return {
    effect: { effect: 'hold', bounceType, address: addressKey(address), emailIds },
    sentence: `So the gateway goes by the address itself: ${progress(bounceType, threshold, reached)}${
      rows === null ? '. Which contacts have it was not looked up.' : end
    }`,
  }
}

function progress(bounceType: BounceTypeName, threshold: number, reached: number): string {
  if (threshold === 0) return `bounces of the type ${bounceType} are counted and never hold`
  if (threshold === 1) return `one ${bounceType} bounce puts it on hold`
  return reached > threshold
    ? `this is ${bounceType} bounce ${reached}, and ${threshold} put it on hold`
    : `this is ${bounceType} bounce ${reached} of the ${threshold} that put it on hold`
}

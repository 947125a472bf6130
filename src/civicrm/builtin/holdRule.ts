import { type BounceTypeName, type BounceTypes, bounceTypeNames } from '../../civimail/bounceTypes.ts'

/**
 * CiviCRM's rule for a hold (CRM/Mailing/Event/BAO/MailingEventBounce.php): the bounces of one e-mail
 * row, over all mailings, since its reset date, each type for itself. A threshold of 0 never holds.
 */
export function reachesThreshold(counts: ReadonlyMap<BounceTypeName, number>, bounceTypes: BounceTypes): boolean {
  return bounceTypeNames.some((name) => {
    const { threshold } = bounceTypes[name]
    return threshold > 0 && (counts.get(name) ?? 0) >= threshold
  })
}

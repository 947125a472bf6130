import type { BounceToRecord } from '../../civicrm/crm.ts'
import { withMarker } from '../../civimail/reason.ts'
import type { BounceTask } from './effectTask.ts'

/** The bounce as the CRM takes it: with the marker by which a read-back finds it. */
export function bounceToRecord({ effect, stored }: BounceTask): BounceToRecord {
  const { reference, bounceType, reason } = effect
  return { reference, bounceType, reason: withMarker(reason, stored.marker), body: reason }
}

/** The marker as it stands in the reason: its brackets keep one from being found at the head of a longer one. */
export function readableMarker(marker: string): string {
  return `[${marker}]`
}

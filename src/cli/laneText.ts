import type { LaneStanding, Portion } from '../control/laneStanding.ts'
import { moment } from './output.ts'

/** Whether a site is called at the moment. */
export function calledText({ notBefore, fault }: Pick<LaneStanding, 'notBefore' | 'fault'>): string {
  if (notBefore !== null) return `not before ${moment(notBefore)}`
  return fault === null ? 'yes' : 'being tried'
}

/** How much goes into one request, where it is less than the settings allow. */
export function portionsText({ bounces, reads }: Pick<LaneStanding, 'bounces' | 'reads'>): string {
  const lessened = [
    { what: 'bounces', portion: bounces },
    { what: 'reads', portion: reads },
  ].filter(({ portion }) => portion.because !== null)
  return lessened.map(({ what, portion }) => `${what} ${sizeText(portion)}`).join(', ') || 'as allowed'
}

function sizeText({ size, allowed }: Portion): string {
  return `${size} of ${allowed}`
}

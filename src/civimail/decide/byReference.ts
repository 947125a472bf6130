import type { AddressRow } from '../crmFacts.ts'
import type { Decision, Effect } from '../decision.ts'
import { byPolicy, byStructure, type DecisionCase } from './decisionCase.ts'
import { alarmAbout, optOutOf } from './effects.ts'
import { bounceReason } from '../reason.ts'
import { releasedSince, rowsOf } from './rows.ts'
import type { ReferenceWay } from './way.ts'

/** Effects on the mailing that the mail belongs to: CiviCRM's own logic counts and holds. */
export function decideByReference(given: DecisionCase, way: ReferenceWay): Decision {
  const { event, facts, rules, rule } = given
  const rows = rowsOf(facts, way.address)
  if (isReleased(way, rows, event.occurredAt))
    return byStructure(
      given,
      'released-since',
      'none',
      'The address was released from hold after this happened, so it no longer counts.',
    )

  const effects: Effect[] = []
  const sentences: string[] = []
  const heldByOptOut = isHeldByOptOut(way, rows)
  for (const asked of rule.effects) {
    if (asked.effect === 'alarm') {
      effects.push(alarmAbout(given))
    } else if (asked.effect === 'optOut') {
      const optOut = optOutOf(
        way.address,
        rows && rows.filter((row) => !releasedSince(row.resetDate, event.occurredAt)),
      )
      if (optOut.effect !== null) effects.push(optOut.effect)
      sentences.push(optOut.sentence)
    } else if (heldByOptOut) {
      sentences.push('The bounce is not recorded: the address is on hold by opt-out, which CiviCRM would overwrite.')
    } else {
      const { bounceType } = asked
      effects.push({ effect: 'bounce', bounceType, reference: way.reference, reason: bounceReason(event) })
      sentences.push(
        `On its mailing this is a bounce of the type ${bounceType}; ${holdsAfter(rules.bounceTypes[bounceType].threshold)}.`,
      )
    }
  }
  if (effects.length > 0) return byPolicy(given, 'effective', effects, ...sentences)
  return byStructure(given, heldByOptOut ? 'held-by-opt-out' : 'address-unknown', 'none', sentences.join(' '))
}

/** Without the queue row it cannot be known which row was mailed: any release among them is respected. */
function isReleased(way: ReferenceWay, rows: readonly AddressRow[] | null, occurredAt: number | null): boolean {
  if (way.row !== null) return releasedSince(way.row.resetDate, occurredAt)
  return rows?.some((row) => releasedSince(row.resetDate, occurredAt)) ?? false
}

/** `on_hold` 2 is a person's own wish; recording a bounce that holds would make it 1, which staff may release. */
function isHeldByOptOut(way: ReferenceWay, rows: readonly AddressRow[] | null): boolean {
  const mailed = way.row === null ? rows : rows?.filter((row) => row.emailId === way.row?.emailId)
  return mailed !== null && mailed !== undefined && mailed.length > 0 && mailed.every((row) => row.onHold === 2)
}

function holdsAfter(threshold: number): string {
  if (threshold === 0) return 'CiviCRM never holds an address for this type'
  return threshold === 1
    ? 'CiviCRM holds the address at once'
    : `CiviCRM holds the address after ${threshold} of this type`
}

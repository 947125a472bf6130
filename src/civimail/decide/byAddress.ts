import type { Decision, Effect } from '../decision.ts'
import { byPolicy, byStructure, type DecisionCase } from './decisionCase.ts'
import { alarmAbout, optOutOf } from './effects.ts'
import { holdOf } from './hold.ts'
import { contactsOf, releasedSince, rowsOf } from './rows.ts'
import type { AddressWay } from './way.ts'

const whySo: Readonly<Record<AddressWay['why'], string>> = {
  noReference: 'The mail carries no mailing reference of this site',
  gone: 'CiviCRM does not know, or no longer has, the mailing that the mail names',
  copy: 'The recipient got a copy of a mail to somebody else, who is not charged',
  unclear: 'The mail had several recipients, and which of them the mailing was for cannot be known',
  // Whether it was edited since, or the row is another contact's, the row does not say.
  anotherAddress: 'The mailing in CiviCRM leads to another address today, not to the one that was mailed',
  unseen: 'The API key may not see which address the mailing in CiviCRM leads to today',
}

/** Effects by the recipient's own address: the gateway counts bounces, with the site's thresholds. */
export function decideByAddress(given: DecisionCase, way: AddressWay): Decision {
  const { event, facts, rules, rule } = given
  const why = whySo[way.why]
  const known = rowsOf(facts, way.address)
  if (known?.length === 0)
    return byStructure(given, 'address-unknown', 'none', `${why}, and no live contact has the address: nothing to do.`)
  const rows = known && known.filter((row) => !releasedSince(row.resetDate, event.occurredAt))
  if (rows?.length === 0)
    return byStructure(
      given,
      'released-since',
      'none',
      'The address was released from hold after this happened, so it no longer counts.',
    )

  const optsOut = rule.effects.some((asked) => asked.effect === 'optOut')
  const limit = rules.policy.sharedAddressLimit
  const sharers = rows === null ? 0 : contactsOf(rows).length
  if (optsOut && limit !== null && sharers > limit) {
    const about = `${sharers} contacts share an address that is to be opted out; the policy lets at most ${limit} be opted out together.`
    return byStructure(given, 'shared-address', 'person', `${why}. ${about} A person decides.`, [
      { effect: 'alarm', about },
    ])
  }

  const effects: Effect[] = []
  const sentences = [`${why}.`]
  for (const asked of rule.effects) {
    if (asked.effect === 'alarm') {
      effects.push(alarmAbout(given))
    } else if (asked.effect === 'optOut') {
      const optOut = optOutOf(way.address, rows)
      if (optOut.effect !== null) effects.push(optOut.effect)
      sentences.push(optOut.sentence)
    } else if (!(event.kind === 'complaint' && optsOut)) {
      // A complaint's bounce row holds the address at once; without a queue row the opt-out alone does the same.
      const hold = holdOf(way.address, asked.bounceType, rows, given)
      effects.push(hold.effect)
      sentences.push(hold.sentence)
    }
  }
  return byPolicy(given, 'effective', effects, ...sentences)
}

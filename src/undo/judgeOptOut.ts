import type { Effect } from '../civimail/decision.ts'
import { dated, type Finding, type PastEffect, spanOf, type UndoCase } from './undoCase.ts'

/**
 * CiviCRM keeps no date with `is_opt_out`: what was before says whether the effect set it, and CiviCRM's own records
 * whether the person did since.
 */
export function judgeOptOut(
  past: PastEffect,
  { contactIds }: Extract<Effect, { readonly effect: 'optOut' }>,
  given: UndoCase,
): readonly Finding[] {
  return contactIds.map((contactId) => judgeContact(past, contactId, given))
}

function judgeContact(past: PastEffect, contactId: number, given: UndoCase): Finding {
  const { facts } = past
  const who = `Contact ${contactId}`
  const now = given.rows.find((row) => row.contactId === contactId)
  if (now === undefined) return { finding: 'left', why: `${who} no longer has the address, or is in the bin.` }
  if (facts === null || facts.addressRows === 'unread')
    return { finding: 'left', why: `What ${who.toLowerCase()} was before is not kept.` }
  if (facts.addressRows.some((row) => row.contactId === contactId && row.optedOut))
    return { finding: 'nothing', why: `${who} was opted out before.` }
  if (!now.optedOut) {
    return given.undone.get(past.stored.id)?.state === 'begun'
      ? { finding: 'done', why: 'An undo that broke off took it back.' }
      : { finding: 'left', why: `${who} is not opted out any more.` }
  }
  const other = given.others.find(
    ({ stored }) => stored.effect.effect === 'optOut' && stored.effect.contactIds.includes(contactId),
  )
  if (other !== undefined)
    return {
      finding: 'left',
      why: `${who} is opted out by mail event ${other.of.eventId} (${other.of.decision.rule}) too, which was not chosen.`,
    }
  return judgeOwnWish(past, contactId, given)
}

function judgeOwnWish(past: PastEffect, contactId: number, { ownOptOuts, withoutLook }: UndoCase): Finding {
  if (ownOptOuts === 'unknown') {
    return withoutLook
      ? { finding: 'optIn', contactId }
      : {
          finding: 'left',
          why: `Whether contact ${contactId} has opted out himself since, the API key may not see; --without-look opts him in all the same.`,
        }
  }
  const { from } = spanOf(past)
  const own = ownOptOuts.find((one) => one.contactId === contactId && one.at >= from)
  return own === undefined
    ? { finding: 'optIn', contactId }
    : { finding: 'left', why: `Contact ${contactId} opted out himself ${dated(own.at)}.` }
}

import type { AddressState } from '../civicrm/crm.ts'
import type { AddressRow } from '../civimail/crmFacts.ts'
import { dated, type Finding, type PastEffect, slackMs, spanOf, type UndoCase } from './undoCase.ts'

/**
 * A bounce or a hold: CiviCRM dates a hold by the last bounce that reached the threshold, and tells no more of it.
 * So the date says whose the hold is.
 */
export function judgeHold(past: PastEffect, given: UndoCase): readonly Finding[] {
  const { facts, stored } = past
  if (facts === null) return concerned(past, given.rows).map((row) => judgeRow(past, { row, given, before: null }))
  const known = facts.addressRows === 'unread' ? [] : facts.addressRows
  const rows = concerned(past, given.rows)
  const there = new Set(given.rows.map(({ emailId }) => emailId))
  // Where the rows were taken by the address alone, one that is gone was perhaps never meant.
  const isNamed = stored.effect.effect === 'hold' ? stored.effect.emailIds.length > 0 : facts.queueRow !== 'unread'
  const gone = mailedIds(past, known).filter((emailId) => !there.has(emailId))
  return [
    ...rows.map((row) =>
      judgeRow(past, { row, given, before: known.find(({ emailId }) => emailId === row.emailId) ?? null }),
    ),
    ...gone.map((emailId): Finding => ({
      finding: isNamed ? 'left' : 'nothing',
      why: `E-mail row ${emailId} no longer has the address, or its contact is in the bin.`,
    })),
  ]
}

/** Rows that the effect can have put on hold. */
function concerned(past: PastEffect, rows: readonly AddressState[]): readonly AddressState[] {
  const ids = mailedIds(past, rows)
  return rows.filter(({ emailId }) => ids.includes(emailId))
}

function mailedIds({ stored, facts }: PastEffect, rows: readonly AddressRow[]): readonly number[] {
  // None where it only counted, or where a lost answer was followed by one that found it done.
  if (stored.effect.effect === 'hold' && stored.effect.emailIds.length > 0) return stored.effect.emailIds
  const queueRow = facts?.queueRow ?? 'unread'
  if (typeof queueRow === 'object' && queueRow.emailId !== null) return [queueRow.emailId]
  return rows.map(({ emailId }) => emailId)
}

interface RowCase {
  readonly row: AddressState
  readonly before: AddressRow | null
  readonly given: UndoCase
}

function judgeRow(past: PastEffect, { row, before, given }: RowCase): Finding {
  const begun = given.undone.get(past.stored.id)
  const { from } = spanOf(past)
  if (before?.onHold === 1) return { finding: 'nothing', why: 'The address was on hold before.' }
  if (row.onHold === 2)
    return before?.onHold === 2
      ? { finding: 'nothing', why: 'The address is on hold by opt-out, as before.' }
      : { finding: 'left', why: `Contact ${row.contactId} is on hold by opt-out now.` }
  if (row.onHold === 0) {
    const reset = row.resetDate ?? Number.NEGATIVE_INFINITY
    if (begun?.state === 'begun' && reset >= begun.at - slackMs)
      return { finding: 'done', why: 'An undo that broke off took it off hold.' }
    return reset > from + slackMs
      ? { finding: 'left', why: `Contact ${row.contactId} was released ${dated(row.resetDate)} already.` }
      : { finding: 'nothing', why: 'It put nobody on hold.' }
  }
  return judgeHeld(past, { row, before, given })
}

function judgeHeld(past: PastEffect, { row, before, given }: RowCase): Finding {
  const { holdDate, emailId, contactId } = row
  if (holdDate === null)
    return { finding: 'left', why: `Contact ${contactId} is on hold without a date: whose hold it is cannot be known.` }
  const isWithin = (one: PastEffect): boolean => {
    const { from, to } = spanOf(one)
    return one.stored.effect.effect !== 'optOut' && holdDate >= from && holdDate <= to
  }
  const other = given.others.find(isWithin)
  if (other !== undefined)
    return {
      finding: 'left',
      why: `Contact ${contactId} is on hold by mail event ${other.of.eventId} (${other.of.decision.rule}), which was not chosen.`,
    }
  // Of several chosen ones the last has dated the hold; with it all are taken back.
  if (given.chosen.some(isWithin))
    return { finding: 'release', row: { emailId, holdDate, becomes: before?.onHold === 2 ? 2 : 0 } }
  return holdDate < spanOf(past).from
    ? { finding: 'nothing', why: 'The address was on hold before.' }
    : { finding: 'left', why: `Contact ${contactId} was put on hold again ${dated(holdDate)}, not by this gateway.` }
}

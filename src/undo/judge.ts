import { isNameless } from '../privacy/nameless.ts'
import { judgeHold } from './judgeHold.ts'
import { judgeOptOut } from './judgeOptOut.ts'
import type { Finding, PastEffect, UndoCase, Verdict } from './undoCase.ts'

/**
 * Says for every chosen effect of one recipient whether it can be taken back. Pure. Nobody's own doing is undone:
 * what is no longer as the effect left it stays as it is.
 */
export function judgeUndo(given: UndoCase): readonly Verdict[] {
  return given.chosen.map((past) => {
    const earlier = given.undone.get(past.stored.id)
    if (earlier?.state === 'done') return verdictOf(past, [{ finding: 'nothing', why: 'It was undone before.' }])
    if (isNameless(past.of.key))
      return verdictOf(past, [
        {
          finding: 'left',
          why: 'Whose address it was is no longer kept: it is too long ago, or the person was forgotten.',
        },
      ])
    const findings =
      past.stored.effect.effect === 'optOut' ? judgeOptOut(past, past.stored.effect, given) : judgeHold(past, given)
    return verdictOf(past, findings)
  })
}

function verdictOf({ of, stored }: PastEffect, findings: readonly Finding[]): Verdict {
  const release = findings.flatMap((one) => (one.finding === 'release' ? [one.row] : []))
  const optIn = findings.flatMap((one) => (one.finding === 'optIn' ? [one.contactId] : []))
  const whys = [...new Set(findings.flatMap((one) => ('why' in one && one.finding !== 'nothing' ? [one.why] : [])))]
  const quiet = [...new Set(findings.flatMap((one) => ('why' in one ? [one.why] : [])))]
  const base = { effectId: stored.id, eventId: of.eventId, release, optIn }
  if (release.length > 0 || optIn.length > 0) return { ...base, verdict: 'undo', why: whys.join(' ') }
  if (findings.some(({ finding }) => finding === 'left')) return { ...base, verdict: 'left', why: whys.join(' ') }
  if (findings.some(({ finding }) => finding === 'done')) return { ...base, verdict: 'done', why: whys.join(' ') }
  return { ...base, verdict: 'nothing', why: quiet.join(' ') || 'Nobody has the address any more.' }
}

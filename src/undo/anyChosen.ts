import { setImmediate } from 'node:timers/promises'
import type { History, HistoryFilter, TimeMark } from '../ledger/history.ts'
import { isChosen, type UndoFilter } from './undoFilter.ts'

/** What of a filter the ledger itself goes by. */
export function historyFilterOf({ site, kind, rule, since, before }: UndoFilter): HistoryFilter {
  return { site, kinds: kind === undefined ? undefined : [kind], rule, since, before, standing: 'effective' }
}

/**
 * Whether there is anything to undo or undone already, up to the first that is found; asks no CRM. True where it was
 * broken off: the undo itself says so then.
 */
export async function isAnythingChosen(
  filter: UndoFilter,
  history: Pick<History, 'byTime'>,
  signal: AbortSignal,
): Promise<boolean> {
  const wanted = historyFilterOf(filter)
  for (let mark: TimeMark | null = null; !signal.aborted; await setImmediate()) {
    const { events, next } = await history.byTime(wanted, mark)
    if (events.some((event) => event.effects.some((effect) => isChosen(event, effect, filter)))) return true
    if (next === null) return false
    mark = next
  }
  return true
}

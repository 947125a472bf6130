import { setImmediate } from 'node:timers/promises'
import { rowsPerPiece, type TimeMark } from '../ledger/history.ts'
import type { RemovalCounts, Removals } from '../suppression/removals.ts'
import type { Remover } from '../suppression/remover.ts'
import type { Timers } from '../timers.ts'
import { keepAlive } from './keepAlive.ts'
import type { UndoReport, UndoRequest } from './report.ts'
import { historyFilterOf } from './anyChosen.ts'
import { isChosen } from './undoFilter.ts'
import { UndoRun, type UndoRunParts } from './undoRun.ts'

export interface UndoParts extends UndoRunParts {
  readonly removals: Removals
  readonly remover: Pick<Remover, 'clear' | 'goesOn' | 'wake'>
  readonly timers: Timers
}

/** Whoever waits for it. */
export interface UndoAsker {
  readonly signal: AbortSignal
  readonly progress: (text: string) => void
}

/** Pieces of the history, and addresses on the suppression list, between two words on how far it is. */
const piecesPerWord = 20
const removalsPerWord = 50

/** Where a running gateway goes on by itself, nobody has to wait longer for SES. */
const patienceMs = 60_000

/**
 * Takes holds and opt-outs back that this gateway made: to the state before each effect, where it is still as the
 * effect left it. Goes through the ledger in the order of time and in small pieces, so it can be broken off and
 * asked again, and stands in nobody's way.
 *
 * @throws GatewayError UNDO_UNDER_WAY, STORAGE_UNAVAILABLE
 */
export async function runUndo(request: UndoRequest, parts: UndoParts, asker: UndoAsker): Promise<UndoReport> {
  if (request.dryRun) {
    const run = new UndoRun(request, parts, null)
    const brokenOff = !(await goThrough(run, request, { parts, asker }))
    return { ...run.report(), brokenOff, suppression: null }
  }
  const { undos, clock } = parts
  const { filter, askedBy, why, withoutLook, clearSuppression } = request
  const begunAt = clock.now()
  const undoId = await undos.begin({ begunAt, askedBy, why, chosen: { ...filter, withoutLook, clearSuppression } })
  const end = keepAlive(undoId, parts)
  const run = new UndoRun(request, parts, undoId)
  let isThrough = false
  try {
    isThrough = await goThrough(run, request, { parts, asker })
  } finally {
    await end()
    const { effects, released, optedIn, failed } = run.report()
    const result = { ...effects, released, optedIn, failed: failed.length }
    await undos.end(undoId, isThrough ? result : null, clock.now())
  }
  const suppression = clearSuppression ? await clearSuppressed(parts, begunAt, asker) : null
  return { ...run.report(), brokenOff: !isThrough, suppression }
}

interface Surroundings {
  readonly parts: UndoParts
  readonly asker: UndoAsker
}

/** @returns false where it was broken off */
async function goThrough(
  run: UndoRun,
  { filter }: UndoRequest,
  { parts, asker: { signal, progress } }: Surroundings,
): Promise<boolean> {
  const wanted = historyFilterOf(filter)
  try {
    let mark: TimeMark | null = null
    for (let pieces = 1; ; pieces += 1) {
      const { events, next } = await parts.history.byTime(wanted, mark)
      for (const event of events) {
        // All of this may be without waiting for anything: whoever posts a notification has his turn in between.
        await setImmediate()
        if (signal.aborted) return false
        if (event.effects.some((effect) => isChosen(event, effect, filter))) await run.add(event)
      }
      if (next === null) break
      if (pieces % piecesPerWord === 0)
        progress(`${pieces * rowsPerPiece} mail events looked at, ${run.recipients} recipients dealt with`)
      mark = next
      await setImmediate()
      if (signal.aborted) return false
    }
    await run.finish()
    return true
  } finally {
    await run.close()
  }
}

/** Removes what this undo has asked for, and perhaps what had waited before. */
async function clearSuppressed(
  { removals, remover, timers }: UndoParts,
  since: number,
  { signal, progress }: UndoAsker,
): Promise<UndoReport['suppression']> {
  const count = async (): Promise<RemovalCounts> => removals.counts({ origin: 'undo', since })
  const { goesOn } = remover
  const patience = new AbortController()
  const cancel = goesOn ? timers.after(patienceMs, () => patience.abort()) : (): void => undefined
  try {
    const { wanted } = await count()
    let tried = 0
    const onTried = (): void => {
      tried += 1
      if (tried % removalsPerWord === 0) progress(`${tried} of ${wanted} addresses tried on the SES suppression list`)
    }
    if (wanted > 0) await remover.clear(AbortSignal.any([signal, patience.signal]), onTried)
  } finally {
    cancel()
  }
  if (goesOn) remover.wake()
  return { ...(await count()), goesOn }
}

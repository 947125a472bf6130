import { describe, expect, it } from 'vitest'
import type { PastEvent, TimeMark } from '../ledger/history.ts'
import { past } from '../testing/undoCases.ts'
import { isAnythingChosen } from './anyChosen.ts'

const going = new AbortController().signal

/** A history of so many empty pieces before the one with the events. */
function historyOf(
  empty: number,
  events: readonly PastEvent[],
): { readonly asked: number[]; byTime: Parameters<typeof isAnythingChosen>[1]['byTime'] } {
  const asked: number[] = []
  const byTime = async (
    _filter: unknown,
    mark: TimeMark | null,
  ): Promise<{ events: readonly PastEvent[]; next: TimeMark | null }> => {
    const piece = mark?.id ?? 0
    asked.push(piece)
    const next = piece <= empty ? { at: 0, id: piece + 1 } : null
    return { events: piece === empty ? events : [], next }
  }
  return { asked, byTime }
}

describe('what fits an undo', () => {
  const event = past({ recipient: 'ann@example.org' }).of as PastEvent

  it('is looked for up to the first that does, however far back', async () => {
    const history = historyOf(3, [event])
    expect(await isAnythingChosen({ domain: 'example.org' }, history, going)).toBe(true)
    expect(history.asked).toEqual([0, 1, 2, 3])
  })

  it('is nobody where the whole history has none', async () => {
    const history = historyOf(3, [event])
    expect(await isAnythingChosen({ domain: 'exmaple.org' }, history, going)).toBe(false)
    expect(history.asked).toEqual([0, 1, 2, 3, 4])
  })

  it('is not known once it is broken off', async () => {
    expect(await isAnythingChosen({ domain: 'exmaple.org' }, historyOf(3, [event]), AbortSignal.abort())).toBe(true)
  })
})

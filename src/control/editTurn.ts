import type { Settings } from '../settings/settings.ts'

/** The last change of each settings that is under way. */
const underWay = new WeakMap<Pick<Settings, 'refresh'>, Promise<unknown>>()

/**
 * Changes of sites one after the other, each on what is stored by now: a site is written as a whole, so of two commands
 * at once that read the same state, the later one would take back what the other has changed.
 */
export async function inEditTurn<Result>(
  settings: Pick<Settings, 'refresh'>,
  edit: () => Promise<Result>,
): Promise<Result> {
  const before = underWay.get(settings) ?? Promise.resolve()
  const turn = before.then(async () => {
    // Another instance may have changed it a moment ago.
    await settings.refresh()
    return edit()
  })
  underWay.set(
    settings,
    turn.catch(() => undefined),
  )
  return turn
}

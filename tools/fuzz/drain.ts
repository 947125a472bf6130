import { setTimeout as delay } from 'node:timers/promises'
import type { Gateway } from '../../src/main.ts'
import type { LaneBacklog } from '../../src/inbox/inbox.ts'

/** Milliseconds without any progress after which the inbox is taken as stuck. */
const patienceMs = 60_000

/** Resolves when nothing waits; or with what still does, when it no longer gets less. */
export async function drained({ operations: { inbox } }: Gateway): Promise<readonly LaneBacklog[]> {
  let fewest = Infinity
  let since = performance.now()
  for (;;) {
    const backlog = await inbox.backlog()
    const waiting = backlog.reduce((sum, lane) => sum + lane.waiting, 0)
    if (waiting === 0) return []
    if (waiting < fewest) [fewest, since] = [waiting, performance.now()]
    else if (performance.now() - since > patienceMs) return backlog
    await delay(50)
  }
}

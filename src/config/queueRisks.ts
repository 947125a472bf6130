import type { QueueSettings } from '../settings/queue.ts'
import type { Risk } from './risk.ts'

/** @param sites the ids of those that there are */
export function queueRisks(queue: QueueSettings, sites: readonly string[]): readonly Risk[] {
  const { arn, site } = queue
  if (site === null || sites.includes(site)) return []
  return [{ about: `queue ${arn}`, message: `its site "${site}" is not there: nothing is read` }]
}

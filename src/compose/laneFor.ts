import { allowListOf, sitesAllowing } from '../ingest/allowList.ts'
import { parseEnvelope } from '../ingest/sns/envelope.ts'
import type { StoredNotification } from '../inbox/inbox.ts'
import type { Settings } from '../settings/settings.ts'
import { chooseLane } from './chooseLane.ts'

/** The site that a stored notification would go to if it came now; '' where none claims it. */
export function laneFor(
  settings: Pick<Settings, 'site' | 'sites'>,
): (notification: Pick<StoredNotification, 'raw' | 'topicArn' | 'addressed'>) => string {
  const choose = chooseLane(settings)
  return ({ raw, topicArn, addressed }) => {
    const candidates = sitesAllowing(allowListOf(settings.sites()), topicArn, addressed)
    const [only] = candidates
    if (only === undefined || candidates.length === 1) return only ?? ''
    const parsed = parseEnvelope(raw)
    return parsed.ok && parsed.envelope.type === 'Notification' ? choose(parsed.envelope.message, candidates) : ''
  }
}

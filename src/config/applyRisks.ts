import type { Site } from '../settings/site.ts'
import type { Risk } from './risk.ts'
import { keylessRisks, siteRisks } from './risks.ts'
import { isAllowed, topicRisks } from './topicRisks.ts'

export type KeyedSite = Site & { readonly hasApiKey: boolean }

export interface SitesChange {
  readonly before: readonly KeyedSite[]
  readonly after: readonly KeyedSite[]
  /** Ids of those that are new or others than before. */
  readonly changed: ReadonlySet<string>
}

/** What is risky in a change of sites; of what stays as it was nothing is said. */
export function applyRisks({ before, after, changed }: SitesChange): readonly Risk[] {
  const told = new Set(topicRisks(before).map(({ about, message }) => `${about} ${message}`))
  return [
    ...after.filter(({ id }) => changed.has(id)).flatMap((site) => [...siteRisks(site), ...keylessRisks(site)]),
    ...topicRisks(after).filter(({ about, message }) => !told.has(`${about} ${message}`)),
    ...lostTopics(before, after),
  ]
}

/** What was accepted until now and will be refused: SNS drops it. */
function lostTopics(before: readonly Site[], after: readonly Site[]): readonly Risk[] {
  return before.flatMap(({ id, topics }) =>
    topics
      .filter((topic) => !after.some((site) => isAllowed(topic, site)))
      .map((topic) => ({
        about: `site ${id}`,
        message: `${topic} was allowed and no longer is for any site: its notifications are refused, and SNS does not repeat them`,
      })),
  )
}

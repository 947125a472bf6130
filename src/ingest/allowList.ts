import type { Site } from '../settings/site.ts'
import { parseTopicArn } from './sns/topicArn.ts'

/**
 * Ids of the sites that allow it, by a topic's ARN or an AWS account's number. Made once for each
 * change of the settings, so that a hundred sites cost a message no more than one.
 */
export type AllowList = ReadonlyMap<string, readonly string[]>

export function allowListOf(sites: readonly Site[]): AllowList {
  const list = new Map<string, string[]>()
  for (const site of sites) {
    for (const topic of new Set(site.topics)) {
      const allowing = list.get(topic)
      if (allowing === undefined) list.set(topic, [site.id])
      else allowing.push(site.id)
    }
  }
  return list
}

/**
 * The sites for which this topic may speak; empty where it may for none. Asked before any signature is
 * looked at and before anything leaves the machine: anyone can subscribe our address to a topic of his
 * own, and SNS signs that as well.
 *
 * @param addressed the site that the address names, which is then the only candidate; '' names none
 */
export function sitesAllowing(list: AllowList, topicArn: string, addressed: string): readonly string[] {
  const topic = parseTopicArn(topicArn)
  if (topic === null) return none
  const byArn = list.get(topicArn) ?? none
  const byAccount = list.get(topic.account) ?? none
  const allowing = byAccount.length === 0 ? byArn : [...new Set([...byArn, ...byAccount])]
  return addressed === '' ? allowing : allowing.filter((site) => site === addressed)
}

const none: readonly string[] = []

/** Whether one entry of an allow-list, ARN or account number, covers this topic. */
export function covers(allowed: string, topicArn: string): boolean {
  return allowed === topicArn || allowed === parseTopicArn(topicArn)?.account
}

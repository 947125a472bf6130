import { topicRisksWith } from '../config/topicRisks.ts'
import type { CommandContext } from './context.ts'

/** Says on standard error where mail of this site cannot be told from that of another one with the same topic. */
export async function warnOfSharedTopics({ ask, io }: CommandContext, site: string): Promise<void> {
  for (const { about, message } of topicRisksWith(site, await ask('sites.list', {})))
    io.err(`Warning: ${about}: ${message}.\n`)
}

import type { Random } from '../clock.ts'
import type { QueueRow } from './mailing.ts'
import { base36Digits } from './random.ts'

/** One person of a mailing. */
export interface Recipient {
  readonly address: string
  /** The queue row of the site's CiviCRM; null: the mail refers to no mailing. */
  readonly row: QueueRow | null
}

/**
 * Recipients by a pattern, whose `{n}` is replaced by 1, 2, 3 …. Their queue rows are invented: well
 * formed, but no CiviCRM knows them, so such feedback is followed up by address.
 */
export function inventedRecipients(pattern: string, count: number, random: Random): readonly Recipient[] {
  return Array.from({ length: count }, (_, index) => ({
    address: pattern.replaceAll('{n}', String(index + 1)),
    row: { jobId: 1, queueId: index + 1, hash: base36Digits(random, 16) },
  }))
}

export interface ParsedRecipients {
  readonly recipients: readonly Recipient[]
  /** One sentence for each line that cannot be used. */
  readonly problems: readonly string[]
}

/**
 * Recipients from text, one a line: an address, or an address with job id, queue id and hash of its copy
 * of the mailing, parted by commas. Empty lines, and those that begin with `#`, do not count.
 */
export function parseRecipients(text: string): ParsedRecipients {
  const recipients: Recipient[] = []
  const problems: string[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const recipient = parseLine(trimmed)
    if (recipient === null) problems.push(`line ${index + 1} is neither ADDRESS nor ADDRESS,JOB,QUEUE,HASH`)
    else recipients.push(recipient)
  }
  return { recipients, problems }
}

const shape = /^(?<address>[^,\s]+@[^,\s]+)(?:\s*,\s*(?<job>\d+)\s*,\s*(?<queue>\d+)\s*,\s*(?<hash>[0-9A-Za-z]{16}))?$/

function parseLine(line: string): Recipient | null {
  const { address, job, queue, hash } = shape.exec(line)?.groups ?? {}
  if (address === undefined) return null
  if (job === undefined || queue === undefined || hash === undefined) return { address, row: null }
  return { address, row: { jobId: Number(job), queueId: Number(queue), hash } }
}

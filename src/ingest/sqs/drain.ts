import type { Random } from '../../clock.ts'
import { type ErrorCode, errorCatalogue } from '../../errors/catalogue.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { QueueSettings } from '../../settings/queue.ts'
import { parseQueueArn } from '../../settings/queueArn.ts'
import type { Timers } from '../../timers.ts'
import type { Acceptance, Acceptor } from '../accept.ts'
import { acceptFrom } from './acceptFrom.ts'
import { workOff } from './batch.ts'
import { faultText } from './faultText.ts'
import { largestBatch, type OpenQueue, type Queue, type QueueMessage } from './queue.ts'

export interface DrainParts {
  readonly open: OpenQueue
  readonly acceptor: Pick<Acceptor, 'accept'>
  /** Says what would become of a message, and keeps nothing. */
  readonly looker: Pick<Acceptor, 'accept'>
  readonly timers: Timers
  readonly random: Random
  /** How long a message may take to come. @default 3 */
  readonly waitSeconds?: number
}

export interface DrainRequest extends QueueSettings {
  /** Messages, at the most; null: all. */
  readonly limit: number | null
  /** Nothing is kept and nothing deleted. */
  readonly dryRun: boolean
}

/** Whoever waits for the end. */
export interface DrainAsker {
  /** Aborts to have it end after the messages at hand. */
  readonly signal: AbortSignal
  /** Now and then. */
  readonly onProgress: (sofar: Drained) => void
}

export interface Drained {
  readonly received: number
  /** New, and on disk now. In a dry run: would be stored, unless it is here already. */
  readonly stored: number
  readonly duplicates: number
  readonly confirmations: number
  /** Refused, for good or for now, and still in the queue. By reason, the most frequent first. */
  readonly refused: readonly RefusedCount[]
  /** On disk, but still in the queue, since deleting failed: they come again as duplicates. */
  readonly undeleted: number
  /**
   * - `empty`: no more is in the queue than what was refused.
   * - `limit`: so many were wanted.
   * - `held up`: something was refused for now or could not be deleted, and the next ones would be too.
   * - `stopped`: nobody waits any more.
   */
  readonly ended: 'empty' | 'limit' | 'held up' | 'stopped' | 'under way'
}

export interface RefusedCount {
  readonly code: ErrorCode
  readonly reason: string
  readonly count: number
}

/** No message for so long means that there is none: a long poll asks all of SQS's servers. */
const defaultWaitSeconds = 3

/**
 * For which a message is hidden that was looked at and stays. One that comes into sight again while the queue is
 * still being read is known by its id.
 */
const hiddenSeconds = 300

/** Batches between two words of progress. */
const progressEvery = 10

/** A call takes some seconds at the most: whoever breaks off waits for it. */
const never = new AbortController().signal

/**
 * Takes all that a queue holds, once through, in the same way as from a queue that is read: each message is deleted
 * when it is on disk. What is refused stays, and is shown again at the end: the queue is where it is kept already.
 *
 * A dry run asks what would become of each message; it keeps nothing, deletes nothing and shows all again. SQS
 * counts its receipts like all others.
 *
 * @throws GatewayError QUEUE_INVALID, QUEUE_UNREADABLE
 */
export async function drain(parts: DrainParts, request: DrainRequest, asker: DrainAsker): Promise<Drained> {
  const arn = parseQueueArn(request.arn)
  if (arn === null) throw new GatewayError('QUEUE_INVALID', `"${request.arn}" is no ARN of a standard SQS queue`)
  const queue = await called(async () => parts.open(arn, never))
  /** By id the receipt of what is still in the queue. */
  const staying = new Map<string, string>()
  try {
    return await (request.dryRun ? look : take)({ parts, request, asker, queue, staying })
  } finally {
    await showAll(queue, [...staying.values()])
    queue.close()
  }
}

interface Run {
  readonly parts: DrainParts
  readonly request: DrainRequest
  readonly asker: DrainAsker
  readonly queue: Queue
  readonly staying: Map<string, string>
}

async function take({ parts, request, asker, queue, staying }: Run): Promise<Drained> {
  const accept = acceptFrom(request, parts.acceptor)
  return eachBatch({ parts, request, asker, queue, staying }, async (messages, tally) => {
    const { undeleted } = await workOff(
      {
        ...parts,
        queue,
        hiddenSeconds,
        accept: async (message) => {
          const acceptance = await accept(message)
          tally.note(acceptance)
          if (acceptance.outcome === 'refused') staying.set(message.id, message.receipt)
          return acceptance
        },
        onRefused: async () => ({ hiddenSeconds }),
      },
      messages,
    )
    tally.undeleted += undeleted
  })
}

async function look({ parts, request, asker, queue, staying }: Run): Promise<Drained> {
  const accept = acceptFrom(request, parts.looker)
  return eachBatch({ parts, request, asker, queue, staying }, async (messages, tally) => {
    for (const { id, receipt } of messages) staying.set(id, receipt)
    for (const acceptance of await Promise.all(messages.map(accept))) tally.note(acceptance)
  })
}

async function eachBatch(
  { parts: { waitSeconds = defaultWaitSeconds }, request: { limit }, asker, queue, staying }: Run,
  work: (messages: readonly QueueMessage[], tally: Tally) => Promise<void>,
): Promise<Drained> {
  const tally = new Tally()
  for (let batch = 1; ; batch++) {
    const most = Math.min(largestBatch, (limit ?? Infinity) - tally.received)
    if (most <= 0) return tally.drained('limit')
    if (tally.isHeldUp) return tally.drained('held up')
    if (asker.signal.aborted) return tally.drained('stopped')
    const messages = await called(async () => queue.receive({ most, waitSeconds, hiddenSeconds, signal: never }))
    const fresh = messages.filter(({ id }) => !staying.has(id))
    for (const { id, receipt } of messages) if (staying.has(id)) staying.set(id, receipt)
    if (fresh.length === 0) return tally.drained('empty')
    tally.received += fresh.length
    await work(fresh, tally)
    if (batch % progressEvery === 0) asker.onProgress(tally.drained('under way'))
  }
}

/** Where it fails, SQS shows them when their time is over. */
async function showAll(queue: Queue, receipts: readonly string[]): Promise<void> {
  for (let start = 0; start < receipts.length; start += largestBatch) {
    const some = receipts.slice(start, start + largestBatch)
    await queue.hide(some.map((receipt) => ({ receipt, seconds: 0 }))).catch(() => undefined)
  }
}

async function called<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error: unknown) {
    throw new GatewayError('QUEUE_UNREADABLE', faultText(error), { cause: error })
  }
}

class Tally {
  readonly #counts = { stored: 0, duplicate: 0, confirmation: 0 }
  readonly #refused = new Map<string, RefusedCount>()
  #heldUp = false
  received = 0
  undeleted = 0

  get isHeldUp(): boolean {
    return this.#heldUp || this.undeleted > 0
  }

  note(acceptance: Acceptance): void {
    if (acceptance.outcome !== 'refused') {
      this.#counts[acceptance.outcome]++
      return
    }
    const { code, reason } = acceptance
    const key = `${code} ${reason}`
    this.#refused.set(key, { code, reason, count: (this.#refused.get(key)?.count ?? 0) + 1 })
    this.#heldUp ||= errorCatalogue[code].retryable
  }

  drained(ended: Drained['ended']): Drained {
    const { stored, duplicate: duplicates, confirmation: confirmations } = this.#counts
    const { received, undeleted } = this
    const refused = [...this.#refused.values()].toSorted((one, other) => other.count - one.count)
    return { received, stored, duplicates, confirmations, refused, undeleted, ended }
  }
}

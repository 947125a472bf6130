import type { Random } from '../../clock.ts'
import { errorCatalogue } from '../../errors/catalogue.ts'
import { pause, type Timers } from '../../timers.ts'
import type { Acceptance } from '../accept.ts'
import { faultText } from './faultText.ts'
import type { Queue, QueueMessage } from './queue.ts'
import { hiddenAfter, pauseAfter } from './schedule.ts'

export type Refused = Extract<Acceptance, { readonly outcome: 'refused' }>

export interface BatchParts {
  readonly queue: Queue
  /** Never rejects. */
  readonly accept: (message: QueueMessage) => Promise<Acceptance>
  /** What becomes of one that can never be accepted. */
  readonly onRefused: (message: QueueMessage, refused: Refused) => Promise<RefusedEnd>
  /** For which the messages were hidden when they were received. */
  readonly hiddenSeconds: number
  readonly timers: Timers
  readonly random: Random
}

/** `delete`: it is kept elsewhere. Else it stays in the queue, hidden for so many seconds. */
export type RefusedEnd = 'delete' | { readonly hiddenSeconds: number }

/** What became of the messages of a batch. Each counts once: as deleted, refused, left or undeleted. */
export interface BatchOutcome {
  readonly received: number
  /** On disk here, and no longer in the queue. */
  readonly deleted: number
  /** Of what kind, and whether they are still in the queue: that is for `onRefused` to say. */
  readonly refused: number
  /** May be accepted later: still in the queue, hidden for a while. */
  readonly left: number
  /** Done with here, but still in the queue: they come again, and are deleted as duplicates then. */
  readonly undeleted: number
  /** Why they could not be deleted; null where all were. */
  readonly fault: string | null
}

/** How often deleting is tried. What is left then comes again by itself. */
const deleteAttempts = 3

type End =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly fate: RefusedEnd }
  | { readonly kind: 'left'; readonly hiddenSeconds: number }

/**
 * Works off what was received, at most ten messages, and keeps them from being given to others meanwhile.
 * ```
 *  message ──> accept ──> stored, duplicate, confirmation: on disk ───────────> delete
 *                    ├──> refused for good ──> kept elsewhere ────────────────> delete
 *                    │                    └──> hidden shortly, for SQS to move away
 *                    └──> refused for now ────> hidden, longer with each receipt
 * ```
 * Nothing is deleted that is not on disk: whatever ends between commit and deletion brings the message again, and
 * it is a duplicate then. Never rejects.
 */
export async function workOff(parts: BatchParts, messages: readonly QueueMessage[]): Promise<BatchOutcome> {
  const endHiding = keepHidden(parts, messages)
  try {
    const ended = await Promise.all(messages.map(async (message) => ({ message, end: await endOf(parts, message) })))
    const done = ended.filter(({ end }) => end.kind === 'accepted' || (end.kind === 'refused' && end.fate === 'delete'))
    const { undeleted, fault } = await deleteAll(
      parts,
      done.map(({ message }) => message.receipt),
    )
    await hideAll(parts, ended)
    const lost = new Set(undeleted)
    const isLost = ({ message }: { readonly message: QueueMessage }): boolean => lost.has(message.receipt)
    const count = (kind: End['kind']): number => ended.filter((one) => one.end.kind === kind && !isLost(one)).length
    return {
      received: messages.length,
      deleted: count('accepted'),
      refused: count('refused'),
      left: count('left'),
      undeleted: undeleted.length,
      fault,
    }
  } finally {
    endHiding()
  }
}

async function endOf({ accept, onRefused, random }: BatchParts, message: QueueMessage): Promise<End> {
  const acceptance = await accept(message)
  if (acceptance.outcome !== 'refused') return { kind: 'accepted' }
  if (!errorCatalogue[acceptance.code].retryable) {
    try {
      return { kind: 'refused', fate: await onRefused(message, acceptance) }
    } catch {
      // It could not be kept just now: as with every other message that finds the database down.
    }
  }
  return { kind: 'left', hiddenSeconds: hiddenAfter(message.receipts, random) }
}

/** Hides the messages anew whenever half of their time is over. @returns the function that ends it */
function keepHidden({ queue, hiddenSeconds, timers }: BatchParts, messages: readonly QueueMessage[]): () => void {
  const hidden = messages.map(({ receipt }) => ({ receipt, seconds: hiddenSeconds }))
  const halfMs = (hiddenSeconds * 1000) / 2
  const renew = (): void => {
    // Where it fails they may come again meanwhile, and are duplicates then.
    queue.hide(hidden).catch(() => undefined)
    cancel = timers.after(halfMs, renew)
  }
  let cancel = timers.after(halfMs, renew)
  return () => cancel()
}

async function deleteAll(
  { queue, timers, random }: BatchParts,
  receipts: readonly string[],
): Promise<Pick<BatchOutcome, 'fault'> & { readonly undeleted: readonly string[] }> {
  let left = receipts
  let fault: string | null = null
  for (let attempt = 1; left.length > 0; attempt++) {
    try {
      left = await queue.delete(left)
      fault = left.length === 0 ? null : 'SQS could not delete some messages'
    } catch (error: unknown) {
      fault = faultText(error)
    }
    if (left.length === 0 || attempt === deleteAttempts) break
    await pause(timers, pauseAfter(attempt, random), never)
  }
  return { undeleted: left, fault }
}

async function hideAll(
  { queue }: BatchParts,
  ended: readonly { readonly message: QueueMessage; readonly end: End }[],
): Promise<void> {
  const hidden = ended.flatMap(({ message: { receipt }, end }) => {
    const seconds = hiddenSecondsOf(end)
    return seconds === null ? [] : [{ receipt, seconds }]
  })
  // Else they come again when the time of their receipt is over, which is as good.
  if (hidden.length > 0) await queue.hide(hidden).catch(() => undefined)
}

function hiddenSecondsOf(end: End): number | null {
  if (end.kind === 'left') return end.hiddenSeconds
  return end.kind === 'refused' && end.fate !== 'delete' ? end.fate.hiddenSeconds : null
}

/** Seconds at the most, and what is on disk already is better deleted now than met again. */
const never = new AbortController().signal

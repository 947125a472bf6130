import type { ClaimedNotification, NotificationEnd } from '../../inbox/inbox.ts'
import { backoff } from '../site/backoff.ts'
import type { EventWork, Trouble } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import type { BatchReport } from './batch.ts'

/** Moments and counts that the ends of a batch depend on. */
export interface EndsInput {
  /** When the site may be called again, epoch ms. */
  readonly siteUntil: number
  /** What the lane had recorded when the batch began. */
  readonly recordedBefore: number
}

interface Judgement {
  readonly own: boolean
  readonly failures: number
}

/**
 * The end of each notification of a batch: recorded if nothing of it is open, else deferred or dead.
 *
 * An attempt counts only where the failure was the notification's own. A notification is never dead while
 * something of it may still be running or waits for its site: what is open would never be resolved.
 */
export function endsOf(
  context: BatchContext,
  claimed: readonly ClaimedNotification[],
  report: BatchReport & EndsInput,
): readonly NotificationEnd[] {
  const worksOf = new Map<number, EventWork[]>()
  const judgements = new Map<EventWork, Judgement>()
  for (const work of report.works) {
    if (work.failedAlone) judgements.set(work, context.state.suspects.failedAlone(work.id, report.recordedBefore))
    for (const { notification } of work.sightings) {
      const works = worksOf.get(notification.id)
      if (works === undefined) worksOf.set(notification.id, [work])
      else works.push(work)
    }
  }
  const at = context.parts.clock.now()
  return claimed.map((notification) => {
    const unreadable = report.unreadable.get(notification.id)
    if (unreadable !== undefined) return { id: notification.id, end: 'dead', at, ...unreadable }
    const open = (worksOf.get(notification.id) ?? []).filter(({ trouble }) => trouble !== null)
    return open.length === 0
      ? { id: notification.id, end: 'recorded', at }
      : endOf(context, { notification, open, judgements, siteUntil: report.siteUntil, at })
  })
}

interface OpenNotification {
  readonly notification: ClaimedNotification
  readonly open: readonly EventWork[]
  readonly judgements: ReadonlyMap<EventWork, Judgement>
  readonly siteUntil: number
  readonly at: number
}

function endOf(context: BatchContext, given: OpenNotification): NotificationEnd {
  const { notification, open, judgements, siteUntil, at } = given
  const { limits, random } = context.parts
  const judged = open.flatMap((work) => judgements.get(work) ?? [])
  const own = judged.some((judgement) => judgement.own)
  const worst = gravest(open)
  if (worst === null) return { id: notification.id, end: 'recorded', at }
  const { code, reason } = worst
  if (worst.kind === 'dead') return { id: notification.id, end: 'dead', at, code, reason }

  const exhausted = own && notification.attempts >= limits.maxAttempts
  if (exhausted && open.every(({ trouble }) => trouble?.kind === 'failed' || trouble?.kind === 'dead')) {
    for (const work of open) context.state.suspects.forget(work.id)
    return { id: notification.id, end: 'dead', at, code: 'RECORD_GAVE_UP', reason }
  }
  const asideUntil = siteUntil + limits.asideMs
  const failures = Math.max(0, ...judged.map((judgement) => judgement.failures))
  const pause = failures === 0 ? 0 : backoff(failures, limits.retry, random)
  const nextAttemptAt = Math.max(at + pause, ...open.map((work) => untilOf(work.trouble, { asideUntil, at })))
  for (const { key } of open) context.state.order.hold(key.recipient, nextAttemptAt)
  return { id: notification.id, end: 'deferred', nextAttemptAt, code, reason, countAttempt: own }
}

/** What is shown as the reason: what the notification waits for longest, or what is wrong with it. */
function gravest(open: readonly EventWork[]): Trouble | null {
  const order = ['waits', 'failed', 'site', 'stopped', 'dead'] as const
  for (const kind of order) {
    const found = open.find(({ trouble }) => trouble?.kind === kind)
    if (found !== undefined) return found.trouble
  }
  return null
}

/** What waits for its site is due at once: the breaker keeps it, and a repair lets it go without delay. */
function untilOf(
  trouble: Trouble | null,
  { asideUntil, at }: { readonly asideUntil: number; readonly at: number },
): number {
  if (trouble?.kind === 'waits') return trouble.until
  return trouble?.kind === 'site' && trouble.aside ? asideUntil : at
}

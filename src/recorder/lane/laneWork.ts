import type { ClaimedNotification, NotificationEnd } from '../../inbox/inbox.ts'
import { runBatch } from '../batch/batch.ts'
import { endsOf } from '../batch/ends.ts'
import type { Ahead } from '../batch/lookAhead.ts'
import { runsOf } from '../batch/runs.ts'
import { during, type SiteSession } from '../site/siteSession.ts'
import type { BatchContext } from '../state/laneState.ts'
import type { Turn } from '../turns.ts'
import type { PreparedClaim } from './laneAhead.ts'
import type { LaneBase } from './laneBase.ts'
import type { Lease } from './lease.ts'
import { persist } from './persist.ts'

export interface LaneWorkParts extends LaneBase {
  readonly nextCallId: () => string
  readonly mayBegin: () => boolean
}

export interface WorkSurroundings {
  /** null in the lane of what no site claims. */
  readonly session: SiteSession | null
  readonly turn: Turn
  /** There is time to prepare the next batch, and there may be one. */
  readonly onMeanwhile: (session: SiteSession) => void
}

/** Works through what a lane has claimed: in runs, each a batch, whose ends go back into the inbox. */
export class LaneWork {
  readonly #parts: LaneWorkParts

  constructor(parts: LaneWorkParts) {
    this.#parts = parts
  }

  async handle(claim: PreparedClaim, { session, turn, onMeanwhile }: WorkSurroundings): Promise<void> {
    const { parts, claims, breaker, mayBegin } = this.#parts
    const { lease, full } = claim
    const [first] = claim.claimed
    // Failures of its own would have ended it by now: the process has, with it or with one before it. Whatever ends the
    // process next is to count for this one alone.
    const suspect = first !== undefined && first.attempts > parts.limits.maxAttempts ? first : null
    const claimed = suspect === null ? claim.claimed : [suspect]
    if (suspect !== null) await claims.giveBack(claim.claimed.slice(1))
    const open = new Map(claimed.map((notification) => [notification.id, notification]))
    const context = this.#context(session === null ? null : during(session, turn), lease, () => {
      if (full && suspect === null && session !== null && mayBegin()) onMeanwhile(session)
    })
    const runs = runsOf(claimed, parts.limits.aloneAfter)
    // Done under another session it is worthless.
    const ahead = runs.length === 1 && claim.ahead?.session === session ? (claim.ahead ?? null) : null
    try {
      if (suspect !== null && suspect.attempts > parts.limits.maxBrokenOff) {
        open.delete(suspect.id)
        return await claims.giveUp(suspect)
      }
      for (const run of runs) {
        // After a fault of the site, or the wish to stop, the rest of the claims goes back.
        if (!mayBegin() || breaker.isPausing) break
        try {
          await this.#batch(context, run, ahead)
        } catch (error: unknown) {
          await claims.breakOff(run, error)
          throw error
        } finally {
          for (const { id } of run) open.delete(id)
        }
      }
    } finally {
      await claims.giveBack([...open.values()])
      claim.end()
    }
  }

  async #batch(context: BatchContext, run: readonly ClaimedNotification[], ahead: Ahead | null): Promise<void> {
    const { siteId: site, state, breaker, claims, giveUp } = this.#parts
    const { inbox, events, leases, seam } = this.#parts.parts
    const since = performance.now()
    events.emit('batchStarted', { site, notifications: run.length })
    const recordedBefore = state.suspects.recorded
    const report = await runBatch(context, run, ahead)
    // Broken off by our own stop, a call says nothing about the site.
    const siteFault = giveUp.aborted ? null : report.siteFault
    const siteUntil = breaker.learn(siteFault, report.asked)
    const ends = endsOf(context, run, { ...report, siteUntil, recordedBefore })
    const lost = new Set(await context.persist(async () => inbox.settle(leases.owner, ends)))
    await seam('finished')
    const written = ends.filter(({ id }) => !lost.has(id))
    claims.tellDead(written)
    const count = (kind: NotificationEnd['end']): number => written.filter(({ end }) => end === kind).length
    events.emit('batchFinished', {
      site,
      notifications: run.length,
      recorded: count('recorded'),
      deferred: count('deferred'),
      dead: count('dead'),
      elapsedMs: performance.now() - since,
    })
  }

  #context(session: SiteSession | null, lease: Lease, meanwhile: () => void): BatchContext {
    const { parts, siteId, state, nextCallId, mayBegin, giveUp, onFault } = this.#parts
    const { timers, random, limits } = parts
    return {
      parts,
      siteId,
      session,
      state,
      holds: (id) => lease.holds(id),
      // A site that is set to watch or paused gets no further call of a batch that was begun before.
      stopping: () => !mayBegin() || (session !== null && parts.settings.site(siteId)?.mode !== session.site.mode),
      nextCallId,
      meanwhile,
      persist: async (write) =>
        persist(write, {
          timers,
          random,
          pause: limits.storagePause,
          giveUp,
          onFault: (error) => onFault('storing what was recorded', error),
        }),
    }
  }
}

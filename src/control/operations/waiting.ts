import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import { siteIdSchema } from '../../settings/site.ts'
import type { OperationContext } from '../context.ts'
import { type Asker, operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'
import { refuseUnknownSite } from './unknownWords.ts'

/** What waits in a lane, piece by piece. Whoever asks may break it off between two: what was done stays done. */
async function eachPiece(
  { inbox, clock }: OperationContext,
  site: string,
  { signal, progress }: Asker,
  work: (ids: readonly number[]) => Promise<void>,
): Promise<void> {
  let seen = 0
  for (let after = 0; ;) {
    signal.throwIfAborted()
    const ids = await inbox.waitingIds(site, { after, now: clock.now() })
    const last = ids.at(-1)
    if (last === undefined) return
    await work(ids)
    after = last
    seen += ids.length
    progress(`${seen} looked at`)
  }
}

/** @throws GatewayError SITE_AT_WORK */
function requireAtRest({ settings }: OperationContext, site: string): void {
  const mode = settings.site(site)?.mode ?? 'paused'
  if (mode !== 'paused')
    throw new GatewayError('SITE_AT_WORK', `the site "${site}" is there and works on what waits for it`)
}

export const waitingOperations = {
  'waiting.move': operation({
    input: z.strictObject({ from: siteIdSchema, to: siteIdSchema, dryRun: z.boolean() }),
    writes: true,
    run: async (context, { from, to, dryRun }, asker) => {
      requireAtRest(context, from)
      siteOrFail(context, to)
      let [moved, begun] = [0, 0]
      await eachPiece(context, from, asker, async (ids) => {
        // Of these something is done at the old site, or may be: at the new one it would be done again.
        const kept = await context.ledger.begunReports(ids, from)
        const free = ids.filter((id) => !kept.has(id))
        begun += kept.size
        moved += dryRun ? free.length : await context.inbox.reassign(free, { from, to, now: context.clock.now() })
      })
      if (moved + begun === 0) refuseUnknownSite(context, from)
      return { from, to, dryRun, moved, begun }
    },
  }),

  'waiting.drop': operation({
    input: z.strictObject({ site: siteIdSchema, dryRun: z.boolean() }),
    writes: true,
    run: async (context, { site, dryRun }, asker) => {
      requireAtRest(context, site)
      const end = { site, code: 'RECORD_DROPPED', reason: 'dropped by a person, unrecorded' }
      let dropped = 0
      await eachPiece(context, site, asker, async (ids) => {
        dropped += dryRun ? ids.length : await context.inbox.drop(ids, { ...end, now: context.clock.now() })
      })
      if (dropped === 0) refuseUnknownSite(context, site)
      return { site, dryRun, dropped }
    },
  }),

  'waiting.claim': operation({
    input: z.strictObject({ site: siteIdSchema.optional(), since: z.int().default(0), dryRun: z.boolean() }),
    writes: true,
    run: async (context, { site, since, dryRun }, { signal, progress }) => {
      if (site !== undefined) siteOrFail(context, site)
      const { inbox, clock } = context
      const claimed = new Map<string, number>()
      let seen = 0
      for (let after: number | null = 0; after !== null;) {
        signal.throwIfAborted()
        const piece: Awaited<ReturnType<typeof inbox.ofNoSite>> = await inbox.ofNoSite(after)
        const bySite = new Map<string, number[]>()
        for (const id of piece.ids) {
          const stored = await inbox.read(id)
          if (stored === null || stored.receivedAt < since) continue
          const lane = context.laneFor(stored)
          if (lane === '' || (site !== undefined && lane !== site)) continue
          bySite.set(lane, [...(bySite.get(lane) ?? []), id])
        }
        for (const [to, ids] of bySite) {
          const count = dryRun ? ids.length : await inbox.reassign(ids, { from: '', to, now: clock.now() })
          claimed.set(to, (claimed.get(to) ?? 0) + count)
        }
        seen += piece.ids.length
        progress(`${seen} looked at`)
        after = piece.next
      }
      return { dryRun, seen, claimed: [...claimed].map(([id, notifications]) => ({ site: id, notifications })) }
    },
  }),
}

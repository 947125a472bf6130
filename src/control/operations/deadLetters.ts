import { z } from 'zod'
import { siteIdSchema } from '../../settings/site.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'

const filter = {
  site: siteIdSchema.optional(),
  since: z.int().optional(),
  limit: z.int().min(1).max(10_000).default(100),
}

/** Notifications of the events that were decided in watch mode and carried out nowhere, oldest first. */
async function watchedNotifications(
  { ledger }: OperationContext,
  filter: { readonly site?: string | undefined; readonly since?: number | undefined; readonly limit: number },
): Promise<readonly number[]> {
  const watched = await ledger.search({ ...filter, effectState: 'watched' })
  // One report of each event is enough.
  return [...new Set(watched.flatMap(({ notificationIds }) => notificationIds.slice(0, 1)))].toReversed()
}

export const deadLetterOperations = {
  'deadLetters.list': operation({
    input: z.strictObject(filter),
    writes: false,
    run: async (context, input) =>
      (await context.inbox.deadLetters(input)).map(({ raw, ...rest }) => ({ ...rest, bytes: raw.byteLength })),
  }),

  replay: operation({
    input: z.strictObject({
      ids: z.array(z.int().min(1)).max(10_000).optional(),
      ...filter,
      code: z.string().max(64).optional(),
      /** In place of dead letters: what was only watched. */
      watched: z.boolean().default(false),
      dryRun: z.boolean().default(false),
    }),
    writes: true,
    run: async (context, { ids, code, watched, dryRun, ...filter }) => {
      const { inbox, ledger, clock } = context
      const chosen =
        ids ??
        (watched
          ? await watchedNotifications(context, filter)
          : (await inbox.deadLetters(filter))
              .filter((letter) => code === undefined || letter.code === code)
              .map((letter) => letter.id))
      if (dryRun) return { dryRun, ids: chosen, replayed: 0 }
      // Before they come through again, or they would find nothing to do.
      await ledger.reopen(chosen)
      return { dryRun, ids: chosen, replayed: await inbox.revive(chosen, clock.now()) }
    },
  }),
}

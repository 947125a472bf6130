import { z } from 'zod'
import { siteIdSchema } from '../../settings/site.ts'
import { operation } from '../operation.ts'

const filter = {
  site: siteIdSchema.optional(),
  since: z.int().optional(),
  limit: z.int().min(1).max(10_000).default(100),
}

export const deadLetterOperations = {
  'deadLetters.list': operation({
    input: z.strictObject(filter),
    writes: false,
    run: (context, input) =>
      context.inbox.deadLetters(input).map(({ raw, ...rest }) => ({ ...rest, bytes: raw.byteLength })),
  }),

  replay: operation({
    input: z.strictObject({
      ids: z.array(z.int().min(1)).max(10_000).optional(),
      ...filter,
      code: z.string().max(64).optional(),
      dryRun: z.boolean().default(false),
    }),
    writes: true,
    run: async (context, { ids, code, dryRun, ...dead }) => {
      const chosen =
        ids ??
        context.inbox
          .deadLetters(dead)
          .filter((letter) => code === undefined || letter.code === code)
          .map((letter) => letter.id)
      if (dryRun) return { dryRun, ids: chosen, replayed: 0 }
      return { dryRun, ids: chosen, replayed: await context.inbox.revive(chosen, context.clock.now()) }
    },
  }),
}

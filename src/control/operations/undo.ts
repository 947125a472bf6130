import { z } from 'zod'
import { siteIdSchema } from '../../settings/site.ts'
import { runUndo } from '../../undo/runUndo.ts'
import { operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'

const word = z.string().min(1).max(320)

export const undoOperations = {
  /** Takes back holds and opt-outs that this gateway made. */
  undo: operation({
    input: z.strictObject({
      site: siteIdSchema.optional(),
      since: z.int().optional(),
      before: z.int().optional(),
      domain: word.optional(),
      rule: word.optional(),
      kind: word.optional(),
      effect: z.enum(['hold', 'optOut']).optional(),
      dryRun: z.boolean(),
      askedBy: z.string().max(200),
      why: z.string().max(500),
      withoutLook: z.boolean().default(false),
      clearSuppression: z.boolean().default(true),
      details: z.int().min(0).max(10_000).default(200),
    }),
    writes: true,
    run: async (context, { dryRun, askedBy, why, withoutLook, clearSuppression, details, ...filter }, asker) => {
      if (filter.site !== undefined) siteOrFail(context, filter.site)
      return runUndo({ filter, dryRun, askedBy, why, withoutLook, clearSuppression, details }, context, asker)
    },
  }),

  'undo.list': operation({
    input: z.strictObject({ limit: z.int().min(1).max(1000).default(50) }),
    writes: false,
    run: async ({ undos }, { limit }) => undos.list(limit),
  }),
}

import { z } from 'zod'
import { siteIdSchema } from '../../settings/site.ts'
import type { UndoRequest } from '../../undo/report.ts'
import { runUndo, type UndoAsker } from '../../undo/runUndo.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'
import { refuseUnknownKind, refuseUnknownRule } from './unknownWords.ts'

const word = z.string().min(1).max(320)

/** Before anything is kept of the undo. @throws GatewayError COMMAND_USAGE, NOTHING_FOUND */
async function refuseUnknownWords(request: UndoRequest, context: OperationContext, asker: UndoAsker): Promise<void> {
  const { kind, rule } = request.filter
  const refuse = (): void => {
    refuseUnknownKind(kind)
    refuseUnknownRule(context, rule)
  }
  try {
    refuse()
  } catch {
    const { recipients, failed, brokenOff } = await runUndo({ ...request, dryRun: true }, context, asker)
    if (recipients === 0 && failed.length === 0 && !brokenOff) refuse()
  }
}

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
      const request = { filter, dryRun, askedBy, why, withoutLook, clearSuppression, details }
      await refuseUnknownWords(request, context, asker)
      return runUndo(request, context, asker)
    },
  }),

  'undo.list': operation({
    input: z.strictObject({ limit: z.int().min(1).max(1000).default(50) }),
    writes: false,
    run: async ({ undos }, { limit }) => undos.list(limit),
  }),
}

import { z } from 'zod'
import { siteIdSchema } from '../../settings/site.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { isAnythingChosen } from '../../undo/anyChosen.ts'
import { runUndo, type UndoAsker } from '../../undo/runUndo.ts'
import type { UndoFilter } from '../../undo/undoFilter.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'
import { refuseUnknownKind, refuseUnknownRule } from './unknownWords.ts'

const word = z.string().min(1).max(320)

/**
 * Before anything is kept of the undo: one of nobody, of a mistyped domain say, would read as done.
 * @throws GatewayError COMMAND_USAGE, NOTHING_FOUND
 */
async function refuseNobody(filter: UndoFilter, context: OperationContext, { signal }: UndoAsker): Promise<void> {
  if (await isAnythingChosen(filter, context.history, signal)) return
  refuseUnknownKind(filter.kind)
  refuseUnknownRule(context, filter.rule)
  throw new GatewayError('NOTHING_FOUND', 'nothing fits: this gateway has carried out no such hold or opt-out', {
    hint: 'See what it did: civicrm-ses events. Times are UTC; a domain is that of the recipients, not of the site.',
  })
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
      await refuseNobody(filter, context, asker)
      return runUndo(request, context, asker)
    },
  }),

  'undo.list': operation({
    input: z.strictObject({ limit: z.int().min(1).max(1000).default(50) }),
    writes: false,
    run: async ({ undos }, { limit }) => undos.list(limit),
  }),
}

import { z } from 'zod'
import { runReplay } from '../../replay/runReplay.ts'
import { siteIdSchema } from '../../settings/site.ts'
import { operation } from '../operation.ts'
import { refuseUnknownCode, refuseUnknownKind, refuseUnknownSite } from './unknownWords.ts'

const filter = {
  site: siteIdSchema.optional(),
  code: z.string().max(64).optional(),
  since: z.int().optional(),
  before: z.int().optional(),
}

export const deadLetterOperations = {
  'deadLetters.list': operation({
    input: z.strictObject({ ...filter, limit: z.int().min(1).max(10_000).default(100) }),
    writes: false,
    run: async (context, input) => {
      const found = await context.inbox.deadLetters(input)
      if (found.length === 0) {
        refuseUnknownCode(input.code)
        refuseUnknownSite(context, input.site)
      }
      return found.map(({ raw, ...rest }) => ({ ...rest, bytes: raw.byteLength }))
    },
  }),

  /** Puts stored notifications back into the inbox, or says what that would do. */
  replay: operation({
    input: z.strictObject({
      of: z.enum(['ids', 'dead', 'dropped', 'watched', 'decided']),
      ids: z.array(z.int().min(1)).max(10_000).default([]),
      ...filter,
      kind: z.string().max(64).optional(),
      dryRun: z.boolean(),
      withUndone: z.boolean().default(false),
      limit: z.int().min(1).default(Number.MAX_SAFE_INTEGER),
      details: z.int().min(0).max(10_000).default(200),
    }),
    writes: true,
    run: async (context, { dryRun, withUndone, limit, details, ...selection }, asker) => {
      const report = await runReplay({ selection, dryRun, withUndone, limit, details }, context, asker)
      const { chosen, events, brokenOff } = report
      const foundNone = chosen === 0 && Object.values(events).every((count) => count === 0)
      if (foundNone && !brokenOff) {
        refuseUnknownKind(selection.kind)
        refuseUnknownCode(selection.code)
        refuseUnknownSite(context, selection.site)
      }
      return report
    },
  }),
}

import { z } from 'zod'
import { policySchema } from '../../civimail/policy/schema.ts'
import { siteIdSchema } from '../../settings/site.ts'
import { runWhatIf } from '../../whatIf/runWhatIf.ts'
import { operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'

export const policyOperations = {
  /** Who would have fared otherwise under this policy. */
  'policy.diff': operation({
    input: z.strictObject({
      policy: policySchema,
      site: siteIdSchema.optional(),
      since: z.int().optional(),
      before: z.int().optional(),
      details: z.int().min(0).max(10_000).default(200),
    }),
    writes: false,
    run: async (context, { site, ...request }, asker) => {
      const sites = site === undefined ? context.settings.sites() : [siteOrFail(context, site)]
      return runWhatIf({ ...request, sites }, context, asker)
    },
  }),
}

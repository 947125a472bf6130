import { z } from 'zod'
import { CrmError } from '../../civicrm/crm.ts'
import { crmErrorCodes } from '../../civicrm/errorCode.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { siteIdSchema } from '../../settings/site.ts'
import { operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'
import { refuseUnknownSite } from './unknownWords.ts'

export const releaseOperations = {
  'releases.list': operation({
    input: z.strictObject({
      site: siteIdSchema.optional(),
      since: z.int().optional(),
      limit: z.int().min(1).max(10_000).default(100),
    }),
    writes: false,
    run: async (context, filter) => {
      const found = await context.releases.list(filter)
      if (found.length === 0) refuseUnknownSite(context, filter.site)
      return found
    },
  }),

  /** Looks now, in place of waiting for the next time. */
  'releases.look': operation({
    input: z.strictObject({ site: siteIdSchema }),
    writes: true,
    run: async (context, { site }, { signal }) => {
      try {
        return { site, found: await context.lookForReleases(siteOrFail(context, site), signal) }
      } catch (error: unknown) {
        if (!(error instanceof CrmError)) throw error
        throw new GatewayError(crmErrorCodes[error.kind], error.message, { cause: error })
      }
    },
  }),
}

import { z } from 'zod'
import { siteSchema } from '../settings/site.ts'

/** What `sites export` writes and `sites apply`, `check` and `inspect --config` read. */
export const sitesFileSchema = z.strictObject({ sites: z.array(siteSchema) })

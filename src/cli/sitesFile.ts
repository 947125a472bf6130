import { z } from 'zod'
import { queueSchema } from '../settings/queue.ts'
import { siteSchema } from '../settings/site.ts'

/** What `sites export` writes and `sites apply`, `check` and `inspect --config` read. */
export const sitesFileSchema = z.strictObject({
  sites: z.array(siteSchema),
  /** Left out, those that are read stay as they are. */
  queues: z.array(queueSchema).optional(),
})

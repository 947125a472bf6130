import { z } from 'zod'

/**
 * When bounces of one receiving domain are set aside for a person. On by default: without reports of deliveries
 * it knows of no history and never acts, and with them it asks for four things at once (see judge.ts).
 */
export const outageGuardSchema = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** Bounces within this time make a burst. */
    windowMinutes: z.int().min(10).max(1440).default(60),
    /** Fewer are never a burst: a firm that closed, a typing error in a list. */
    leastBounces: z.int().min(5).max(100_000).default(20),
    /** Share of the mail to the domain in that time that it refused for good. */
    share: z.number().min(0.1).max(1).default(0.5),
  })
  .prefault({})

export type OutageGuardRules = z.output<typeof outageGuardSchema>

import { z } from 'zod'
import { operation } from '../operation.ts'

export const statusOperations = {
  status: operation({
    input: z.strictObject({}),
    writes: false,
    run: async (context) => ({
      at: context.clock.now(),
      running: context.refusals !== null,
      backlog: await context.inbox.backlog(),
      effects: await context.ledger.counts(),
      refusals: context.refusals?.() ?? null,
    }),
  }),
}

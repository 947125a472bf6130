import { z } from 'zod'
import { operation } from '../operation.ts'

export const statusOperations = {
  status: operation({
    input: z.strictObject({}),
    writes: false,
    run: (context) => ({
      at: context.clock.now(),
      running: context.refusals !== null,
      backlog: context.inbox.backlog(),
      effects: context.ledger.counts(),
      refusals: context.refusals?.() ?? null,
    }),
  }),
}

import { z } from 'zod'
import { type RetentionKind, retentionKindNames } from '../../retention/kinds.ts'
import { operation } from '../operation.ts'

/** Steps between two words to whoever waits. */
const stepsBetweenWords = 20

export const retentionOperations = {
  'retention.report': operation({
    input: z.strictObject({}),
    writes: false,
    run: async ({ retention }) => retention.report(),
  }),

  /** Removes what is due, all of it. */
  'retention.run': operation({
    input: z.strictObject({}),
    writes: true,
    run: async ({ retention }, _input, { signal, progress }) => {
      const removed: Partial<Record<RetentionKind, number>> = {}
      for (const kind of retentionKindNames) {
        let count = 0
        let ended = false
        for (let steps = 1; !ended && !signal.aborted; steps += 1) {
          const step = await retention.step(kind)
          count += step.removed
          ended = step.ended
          if (steps % stepsBetweenWords === 0) progress(`${kind}: ${count}`)
        }
        if (count > 0) removed[kind] = count
      }
      return removed
    },
  }),
}

import { z } from 'zod'
import { factsOf } from '../../alarms/kinds.ts'
import { operation } from '../operation.ts'

export const alarmOperations = {
  'alarms.list': operation({
    input: z.strictObject({
      /** Those that are over, too. */
      recent: z.boolean().default(false),
      limit: z.int().min(1).max(1000).default(100),
    }),
    writes: false,
    run: async ({ alarms }, { recent, limit }) => {
      const all = await alarms.list()
      return all
        .filter(({ state }) => recent || state === 'active')
        .slice(0, limit)
        .map((alarm) => ({ ...alarm, ...factsOf(alarm.kind) }))
    },
  }),

  'alarms.channels': operation({
    input: z.strictObject({}),
    writes: false,
    run: ({ alarms }) => alarms.channels(),
  }),

  'alarms.test': operation({
    input: z.strictObject({}),
    // Nothing is written, but the running gateway knows whether its channels work from where it runs.
    writes: false,
    run: async ({ alarms }) => alarms.test(),
  }),
}

import { z } from 'zod'
import { type AgeName, retentionProblems } from '../retention/ages.ts'

/** Days; `never` removes nothing of it. */
const age = z.union([z.number().min(1).max(36_500), z.literal('never').transform(() => null)])

export const retentionSchema = z
  .strictObject({
    rawMessages: age.default(30),
    opensAndClicks: age.default(30),
    facts: age.default(90),
    addresses: age.default(365),
    messageKeys: age.default(90),
    ledger: age.default(1095),
  } satisfies Record<AgeName, unknown>)
  .superRefine((ages, context) => {
    for (const { setting, problem } of retentionProblems(ages))
      context.addIssue({ code: 'custom', path: [setting], message: problem })
  })

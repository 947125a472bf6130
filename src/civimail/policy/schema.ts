import { z } from 'zod'
import { bounceTypeNames } from '../bounceTypes.ts'

/**
 * **Policy**: what happens for which mail event, as data. Rules are tried in order, the first that
 * fits decides. A site names a preset, or carries rules of its own.
 */

const effectSchema = z.discriminatedUnion('effect', [
  z.strictObject({ effect: z.literal('bounce'), bounceType: z.enum(bounceTypeNames) }),
  z.strictObject({ effect: z.literal('optOut') }),
  z.strictObject({ effect: z.literal('alarm') }),
])

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)])

/** Every field given must fit; a field not given fits all. */
const conditionSchema = z.strictObject({
  kind: oneOrMore,
  /** bounceType as SES writes it. */
  bounceType: oneOrMore.optional(),
  bounceSubType: oneOrMore.optional(),
  /** complaintFeedbackType; 'none' = none given. */
  feedbackType: oneOrMore.optional(),
  complaintSubType: oneOrMore.optional(),
  /** Whether a delivery status notification came. */
  dsn: z.boolean().optional(),
  /** DSN status by prefix: '5.1' fits 5.1.1 and 5.1.10, not 5.10.1. */
  status: oneOrMore.optional(),
})

export const ruleSchema = z.strictObject({
  rule: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  when: conditionSchema,
  effects: z.array(effectSchema),
  /** Why, as a person reads it. */
  because: z.string().min(1).max(500),
})

export const policyContentSchema = z.strictObject({
  name: z.string().min(1).max(64),
  version: z.int().min(1),
  rules: z.array(ruleSchema).min(1).max(200),
  /** A complaint that no mailing reference backs opts out at most so many contacts; above, a person decides. null = no limit. */
  sharedAddressLimit: z.int().min(1).nullable(),
})

export const presetNames = ['standard', 'careful'] as const

export const policySchema = z
  .union([z.strictObject({ preset: z.enum(presetNames) }), policyContentSchema])
  .default({ preset: 'standard' })

export type PolicyRule = z.output<typeof ruleSchema>
export type PolicyContent = z.output<typeof policyContentSchema>
export type Policy = z.output<typeof policySchema>
export type PresetName = (typeof presetNames)[number]

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { issueWords } from './issueWords.ts'

const kinds = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('builtin') }),
  z.strictObject({ type: z.literal('civicrm') }),
])

describe('what is wrong with a value', () => {
  it.each<[z.ZodType, unknown, string]>([
    [kinds, { type: 'drupal' }, 'must be one of: builtin, civicrm'],
    [z.enum(['clean', 'joomla']), 'drupal', 'must be one of: clean, joomla'],
    [z.literal(1), 2, 'must be 1'],
    [z.number().min(0), -1, 'must be at least 0'],
    [z.int().min(1), 0, 'must be at least 1'],
    [z.number().gt(0), 0, 'must be more than 0'],
    [z.int().max(500), 501, 'must be at most 500'],
    [z.string().min(3), 'a', 'must have at least 3 characters'],
    [z.string().max(3), 'abcd', 'must have at most 3 characters'],
    [z.string().min(1), '', 'must not be empty'],
    [z.array(z.string()).min(1), [], 'must not be empty'],
    [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entries'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.int(), Number.NaN, 'must be a number'],
    [z.number(), 'many', 'must be a number'],
    [z.boolean(), 'yes', 'must be true or false'],
    [z.strictObject({}), 'x', 'must be a group of settings'],
    [z.array(z.string()), 'x', 'must be a list'],
    [z.url({ protocol: /^https?$/ }), 'crm.example.org', 'must be an address that begins with https:// or http://'],
    [z.strictObject({}), { colour: 'red' }, 'there is no such setting: colour'],
    [z.string(), undefined, 'is missing'],
    [z.string().regex(/^x/, 'must begin with x'), 'y', 'must begin with x'],
  ])('%#: is said in words', (schema, value, words) => {
    expect(schema.safeParse(value).error?.issues.map(issueWords)).toEqual([words])
  })
})

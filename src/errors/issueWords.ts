import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** How zod's own sentences begin; those of a schema of ours do not. */
const ofZod = /^(Invalid|Too (small|big)|Unrecognized)\b/

/** What is wrong with a value, for a person: zod's own sentences speak of schemas, not of settings. */
export function issueWords(issue: Issue): string {
  return ofZod.test(issue.message) ? (wordsOf(issue) ?? issue.message) : issue.message
}

function wordsOf(issue: Issue): string | null {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is missing'
        : `must be ${typeNames[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return oneOf(issue.values)
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options) ? oneOf(issue.options) : null
    case 'too_small':
      return issue.minimum === 1 && issue.origin !== 'number' && issue.origin !== 'int'
        ? 'must not be empty'
        : `must ${sizeOf(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${sizeOf(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`
    case 'invalid_format':
      return issue.format === 'url' ? 'must be an address that begins with https:// or http://' : null
    case 'unrecognized_keys':
      return `there is no such setting: ${issue.keys.join(', ')}`
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'not_multiple_of':
      return null
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
}

function oneOf(values: readonly unknown[]): string {
  const [only, ...others] = values.map(String)
  return others.length === 0 ? `must be ${only}` : `must be one of: ${values.map(String).join(', ')}`
}

function sizeOf(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${relation} ${limit} characters`
  if (origin === 'array' || origin === 'set' || origin === 'map') return `have ${relation} ${limit} entries`
  return `be ${relation} ${limit}`
}

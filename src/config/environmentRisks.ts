import type { Environment } from './load.ts'
import type { Risk } from './risk.ts'
import { environmentOverrides } from './schema.ts'

const prefix = 'CIVICRM_SES_'

/** Variables that are no setting: those of commands, and those that programs are given which alarms start. */
const others = [
  'CONFIG',
  'DEBUG',
  'API_KEY',
  'API_KEY_FILE',
  'SITE_KEY',
  'SITE_KEY_FILE',
  'ALARM_JSON',
  'ALARM_SUBJECT',
] as const

/** All variables with this prefix that mean something. */
export const knownVariables: readonly string[] = [...Object.keys(environmentOverrides), ...others].map(
  (name) => `${prefix}${name}`,
)

/** Variables of ours by their prefix that nothing reads: a mistyped one leaves the default in force without a word. */
export function environmentRisks(environment: Environment): readonly Risk[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && (environment[name] ?? '') !== '' && !knownVariables.includes(name))
    .map((name) => {
      const meant = nearest(name)
      const advice = meant === null ? '' : `; ${meant} is likely meant`
      return { about: name, message: `there is no such environment variable, so it changes nothing${advice}` }
    })
}

/** How much may be mistyped for a name to be suggested. */
const mostMistakes = 3

function nearest(name: string): string | null {
  const [best] = knownVariables
    .map((known) => ({ known, mistakes: distance(name, known) }))
    .toSorted((a, b) => a.mistakes - b.mistakes)
  return best === undefined || best.mistakes > mostMistakes ? null : best.known
}

/** Letters that are to be added, removed or replaced to make one text the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1]
    for (const [column, otherLetter] of Array.from(other).entries()) {
      const replaced = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

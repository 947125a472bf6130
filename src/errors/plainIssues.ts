import type { z } from 'zod'
import { issueWords } from './issueWords.ts'

type Issue = z.core.$ZodIssue

/**
 * zod's complaints with those of unions resolved: of what could have been meant, the alternative that was
 * understood best speaks (a policy's own rules, not that it is no preset); each in words for a person.
 */
export function plainIssues(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, message: issueWords(issue) }]
    const alternatives = issue.errors.map((errors) => plainIssues(errors))
    if (alternatives.every(([first, ...rest]) => rest.length === 0 && first?.path.length === 0))
      return [{ ...issue, message: [...new Set(alternatives.flat().map(({ message }) => message))].join(', or ') }]
    const [best = []] = alternatives.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)
    return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
  })
}

function depth(issues: readonly Issue[]): number {
  return Math.max(...issues.map(({ path }) => path.length))
}

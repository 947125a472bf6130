import { type Document, isNode, type LineCounter } from 'yaml'
import type { z } from 'zod'
import { issueWords } from '../errors/issueWords.ts'

/** One mistake in a settings file: where, and what. */
export interface Problem {
  /** 1-based line in the file; null where it is not in the file (environment, missing file). */
  readonly line: number | null
  /** Setting, e.g. `listen.port`; '' for the whole. */
  readonly setting: string
  readonly message: string
}

type Path = readonly PropertyKey[]

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

/**
 * Gives each of zod's complaints the line of its setting in the YAML text. A setting that is missing
 * has no line of its own: then the line of the nearest enclosing one that is there.
 */
export function problemsOf(error: z.ZodError, document: Document, lines: LineCounter): readonly Problem[] {
  return plainIssues(error.issues).map((issue) => {
    const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    const path: Path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey]
    return {
      line: lineOf(path, document, lines),
      setting: path.map(String).join('.'),
      message: unknownKey === undefined ? issue.message : 'there is no such setting',
    }
  })
}

function lineOf(path: Path, document: Document, lines: LineCounter): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return null
}

/** `line 3, listen.port: …`, as commands print it. */
export function formatProblem(problem: Problem): string {
  const where = [problem.line === null ? '' : `line ${problem.line}`, problem.setting]
    .filter((part) => part !== '')
    .join(', ')
  return where === '' ? problem.message : `${where}: ${problem.message}`
}

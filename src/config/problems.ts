import { type Document, isNode, type LineCounter } from 'yaml'
import type { z } from 'zod'
import { plainIssues } from '../errors/plainIssues.ts'

/** One mistake in a settings file: where, and what. */
export interface Problem {
  /** 1-based line in the file; null where it is not in the file (environment, missing file). */
  readonly line: number | null
  /** Setting, e.g. `listen.port`; '' for the whole. */
  readonly setting: string
  readonly message: string
  /** The environment variable that it comes from, which is in no file. */
  readonly variable?: string
}

type Path = readonly PropertyKey[]

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

/** `line 3, listen.port: …`, or `CIVICRM_SES_PORT (listen.port): …`, as commands print it. */
export function formatProblem(problem: Problem): string {
  if (problem.variable !== undefined) return `${problem.variable} (${problem.setting}): ${problem.message}`
  const where = [problem.line === null ? '' : `line ${problem.line}`, problem.setting]
    .filter((part) => part !== '')
    .join(', ')
  return where === '' ? problem.message : `${where}: ${problem.message}`
}

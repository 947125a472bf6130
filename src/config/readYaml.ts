import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import { type Problem, problemsOf } from './problems.ts'

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * The text of a settings file.
 * @throws GatewayError `unreadable` when it is missing or may not be read
 */
export function readSettingsFile(file: string, unreadable: 'CONFIG_UNREADABLE' | 'INPUT_UNREADABLE'): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new GatewayError(unreadable, `${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * Checks YAML text (JSON is YAML too) against a schema; every mistake with its line.
 * `override` may change the parsed data before it is checked (environment over file).
 */
export function checkYaml<T extends z.ZodType>(
  text: string,
  schema: T,
  override: (data: unknown) => unknown = (data) => data,
): Checked<z.output<T>> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        setting: '',
        message: error.message,
      })),
    }
  }
  let data: unknown
  try {
    data = override(document.toJS({ maxAliasCount: 100 }) ?? {})
  } catch (error) {
    return { ok: false, problems: [{ line: null, setting: '', message: messageOf(error) }] }
  }
  const result = schema.safeParse(data)
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, problems: problemsOf(result.error, document, lines) }
}

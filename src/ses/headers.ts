import type { Header } from './mailEvent.ts'
import { oneLine } from './text.ts'

/** SES cuts headers at 10 KB; more than this is no mail. */
const mostHeaders = 500

/**
 * Original headers in order, unfolded. SES gives an array of name and value; the object form (name to
 * value or values), which other tools make of it, is read as well. What is no header is left out.
 */
export function readHeaders(value: unknown): readonly Header[] {
  if (Array.isArray(value)) return value.slice(0, mostHeaders).flatMap((entry) => fromEntry(entry))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .flatMap(([name, content]) => [content].flat().flatMap((one: unknown) => header(name, one)))
    .slice(0, mostHeaders)
}

/** All values of a header, whatever letter case its name is in (RFC 5322 1.2.2). */
export function headerValues(headers: readonly Header[], name: string): readonly string[] {
  const wanted = name.toLowerCase()
  return headers.filter((entry) => entry.name.toLowerCase() === wanted).map((entry) => entry.value)
}

function fromEntry(entry: unknown): readonly Header[] {
  if (typeof entry !== 'object' || entry === null || !('name' in entry) || !('value' in entry)) return []
  return header(entry.name, entry.value)
}

function header(name: unknown, value: unknown): readonly Header[] {
  return typeof name === 'string' && typeof value === 'string' ? [{ name: name.trim(), value: oneLine(value) }] : []
}

/** JSON as parsed, before anybody knows its shape. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json | undefined }

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** What a body is, judged by itself: content types are often wrong once PHP has printed a notice first. */
export type Body =
  | { readonly form: 'json'; readonly json: Json }
  /** A web page or XML: another program answered, or the CMS. */
  | { readonly form: 'page'; readonly title: string | null }
  /** Empty, cut off, or plain text. */
  | { readonly form: 'text' }

export function readBody(body: string): Body {
  const text = body.replace(/^\uFEFF/, '').trim()
  const whole = parse(text)
  if (whole !== undefined) return { form: 'json', json: whole }
  if (/^(<!doctype|<html|<\?xml|<!--)/i.test(text)) return { form: 'page', title: titleOf(text) }
  const inner = amongNotices(text)
  return inner === undefined ? { form: 'text' } : { form: 'json', json: inner }
}

/**
 * With `display_errors` on, PHP prints notices around the answer (`<br /><b>Deprecated</b>: …`). The
 * call was carried out all the same, and to take it for failed would do it twice. Of what reads as JSON among
 * the notices (some quote an array) the longest is the answer.
 */
function amongNotices(text: string): Json | undefined {
  let found: { readonly json: Json; readonly length: number } | undefined
  // However often a notice was printed, and whatever brackets stand in it, this ends soon.
  let budget = 4 * text.length
  let tries = 0
  beginnings.lastIndex = 0
  for (let match = beginnings.exec(text); match !== null; match = beginnings.exec(text)) {
    tries += 1
    if (tries > mostTries || budget < 0) break
    const end = endOfJson(text, match.index)
    // Never closed, so it was cut off: what is whole within it is a part of the answer and not all of it.
    if (end === null) return undefined
    const length = end - match.index
    budget -= length
    const json = parse(text.slice(match.index, end))
    if (json !== undefined && length > (found?.length ?? 0)) found = { json, length }
    beginnings.lastIndex = json === undefined ? match.index + 1 : end
  }
  return found?.json
}

const mostTries = 10_000

/** How an object or a list begins that PHP wrote: not `[x]`, as it stands in notices. */
const beginnings = /[{[]\s*["{[\]}]/g

/** Behind the bracket that closes the one at `start`; null where none does. */
function endOfJson(text: string, start: number): number | null {
  const marks = /["{}[\]]/g
  marks.lastIndex = start
  let depth = 0
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    const [mark] = match
    if (mark === '"') {
      const close = endOfText(text, match.index)
      if (close === null) return null
      marks.lastIndex = close
      continue
    }
    depth += mark === '{' || mark === '[' ? 1 : -1
    if (depth === 0) return match.index + 1
  }
  return null
}

/** Behind the quotation mark that closes the one at `start`. */
function endOfText(text: string, start: number): number | null {
  const marks = /\\.|"/gs
  marks.lastIndex = start + 1
  for (let match = marks.exec(text); match !== null; match = marks.exec(text))
    if (match[0] === '"') return match.index + 1
  return null
}

/** An answer of an API, or undefined where it is none: a bare number or word is no answer of CiviCRM's. */
function parse(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function titleOf(page: string): string | null {
  // It stands at the head; looked for in megabytes of `<title` the pattern would take for ever.
  const title = /<title[^>]*>([^<]{1,200})/i.exec(page.slice(0, 16_384))?.[1]?.replaceAll(/\s+/g, ' ').trim()
  return title === undefined || title === '' ? null : title.slice(0, 80)
}

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

/** How many places are tried as the beginning of JSON behind PHP's notices. */
const mostBeginnings = 10

export function readBody(body: string): Body {
  const text = body.replace(/^\uFEFF/, '').trim()
  const whole = parse(text)
  if (whole !== undefined) return { form: 'json', json: whole }
  if (/^(<!doctype|<html|<\?xml|<!--)/i.test(text)) return { form: 'page', title: titleOf(text) }
  const inner = behindNotices(text)
  return inner === undefined ? { form: 'text' } : { form: 'json', json: inner }
}

/**
 * With `display_errors` on, PHP prints notices around the answer (`<br /><b>Deprecated</b>: …`). The
 * call was carried out all the same, and to take it for failed would do it twice.
 */
function behindNotices(text: string): Json | undefined {
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1
  const beginnings = [...text.matchAll(/[{[]/g)].slice(0, mostBeginnings)
  for (const { index } of beginnings) {
    const json = parse(text.slice(index, end))
    if (json !== undefined) return json
  }
  return undefined
}

function parse(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text)
    // A bare number or word is no answer of any API of CiviCRM.
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function titleOf(page: string): string | null {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(page)?.[1]?.replaceAll(/\s+/g, ' ').trim()
  return title === undefined || title === '' ? null : title.slice(0, 80)
}

/**
 * Text from outside as one well-formed line: no control characters (a database or a terminal must never
 * meet them), no lone surrogates, no runs of blanks.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
}

/** The same where SES may give nothing: an empty text says no more than none. */
export function oneLineOrNull(text: string | null): string | null {
  return text === null ? null : oneLine(text) || null
}

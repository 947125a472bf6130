/**
 * Keeps what is personal or secret out of the log, wherever in a line it stands. Nobody has to remember
 * to do so: every line passes through here, texts of errors too, for a CRM's answer may quote an address.
 */

/** Values that are never shown, whatever they are. Compared in lower case. */
const hiddenKeys: ReadonlySet<string> = new Set([
  'token',
  'apikey',
  'sitekey',
  'password',
  'secret',
  'key',
  'authorization',
  'cookie',
  'subscribeurl',
  'unsubscribeurl',
  'signature',
  'raw',
  'body',
  'message',
  'headers',
  'query',
])

/** Longer texts are cut: the patterns below stay quick, and a log line stays a line. */
const longestText = 4000

const deepest = 5

/** First letter and domain, e.g. `j***@example.org`: enough to recognise one's own test mail, and no more. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@')
  if (at < 1) return '***'
  const first = address.codePointAt(0)
  return `${first === undefined ? '' : String.fromCodePoint(first)}***${address.slice(at).toLowerCase()}`
}

/**
 * Masks mail addresses (escaped ones too), takes the query off URLs, since tokens stand there, and hides
 * long runs of hex digits, as SNS's tokens are.
 */
export function redactText(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}…` : text
  return short
    .replace(/(https?:\/\/[^\s?#"'<>]{1,1000})[?#][^\s"'<>]*/gi, '$1?…')
    .replace(/(?:"[^"\r\n]{1,320}"|[^\s<>"(),:;@/\\=]{1,320})(?:@|%40)[^\s<>"'(),:;@/\\]{1,255}/gi, (found) =>
      maskAddress(found.replace(/%40/i, '@')),
    )
    .replace(/[0-9a-f]{64,}/gi, '…')
}

/** The same value without what must not be logged. Never throws; cuts what is nested deeply. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value
  if (depth >= deepest) return '…'
  if (value instanceof Error) return redactError(value, depth)
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`
  if (value instanceof Date) return value
  if (Array.isArray(value)) return value.map((one) => redactValue(one, depth + 1))
  return redactFields(value, depth)
}

/** The fields of a log line. */
export function redactFields(fields: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => [
      name,
      hiddenKeys.has(name.toLowerCase()) ? '(hidden)' : redactValue(value, depth + 1),
    ]),
  )
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    text: redactText(error.message),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  }
}

import { reasonLimit } from '../civimail/reason.ts'

/**
 * Texts on their way into CiviCRM. The decision already keeps them in bounds; this is the last gate,
 * since CiviCRM cuts silently and a marker must survive: by bytes ({@link reasonLimit}), and with every
 * character beyond the BMP replaced, which old utf8mb3 tables cannot hold
 * (CRM/Mailing/Event/BAO/MailingEventBounce.php).
 */

/** `body` is stored nowhere when type and reason are given, but must not be empty. */
const bodyLimit = 2000

const unspeakable = 'no reason given'

/** A bounce reason: one line, at most {@link reasonLimit} bytes of UTF-8, no character beyond the BMP, never empty. */
export function cleanReason(text: string): string {
  return clean(text, reasonLimit)
}

/** The text for `body`: as {@link cleanReason}, but longer. */
export function cleanBody(text: string): string {
  return clean(text, bodyLimit)
}

function clean(text: string, limit: number): string {
  const line = text
    .replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    // What is left of surrogates stands alone and is no text.
    .toWellFormed()
    .replaceAll(/ *[\p{Cc}\u2028\u2029][\p{Cc}\u2028\u2029 ]*/gu, ' ')
    .trim()
  const cut = cutBytes(line, limit).trim()
  return cut === '' ? unspeakable : cut
}

/** The longest beginning that fits, never half a character. */
function cutBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= limit) return text
  let end = limit
  // Continuation bytes are 10xxxxxx: step back to the first byte of the character that does not fit.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}

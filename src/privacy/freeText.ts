/** In place of an address that stood in a text. */
export const cutAddress = '[address]'

/**
 * A text of a mail server, of CiviCRM or of ours without any mail address in it, whosesoever. Rather too much is
 * cut than too little: a quoted local part may hold blanks, and a provider may write the `@` as it stands in an
 * encoded address (`ann=example.org@`, `ann%40example.org`).
 */
export function withoutAddresses(text: string): string {
  if (!text.includes('@') && !/%40/i.test(text)) return text
  return text.replaceAll(
    /"[^"\n]{1,200}"@[^\s<>()[\]",;:]+|[^\s<>()[\]",;:]{1,200}(?:@|%40)[^\s<>()[\]",;:]*/gi,
    cutAddress,
  )
}

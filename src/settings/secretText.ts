/** Longer than any key: what is, is another file. It would not fit into the head of a request either. */
const mostCharacters = 1000

/**
 * Why a text cannot be the API key or site key of a CiviCRM, which goes into a header of HTTP; null where it can. Says
 * nothing of what stands in it.
 */
export function secretMistake(text: string): string | null {
  if (!/^[ -~]*$/.test(text))
    return 'holds characters that cannot stand in a header of HTTP (only plain letters, digits and signs can)'
  return text.length > mostCharacters ? `has more than ${mostCharacters} characters` : null
}

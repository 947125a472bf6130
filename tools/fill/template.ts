/** What stands in the place of a mark in one copy. */
export type Fillings = ReadonlyMap<string, string>

/** A text of the pattern, cut at its marks and at its times. */
export type Template = (fillings: Fillings, laterMs: number) => string

type Part = { readonly text: string } | { readonly mark: string } | { readonly at: number; readonly form: TimeForm }

type TimeForm = 'number' | 'iso' | 'mail'

/** How times are written in what SES and the gateway write. */
const times = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000|\b\d{13}\b`

/**
 * Learns a text by heart: it is cut once, and each copy is joined from the pieces. Marks are replaced by what the
 * copy says; times near the pattern's own are moved, whatever their form, so that all of a copy agree.
 *
 * @param marks texts that occur nowhere but where they are to be replaced
 * @param isTime whether an epoch time belongs to the pattern
 */
export function templateOf(text: string, marks: readonly string[], isTime: (at: number) => boolean): Template {
  // The longer first: one mark may hold another.
  const alternatives = marks
    .toSorted((one, other) => other.length - one.length)
    .map((mark) => mark.replaceAll(/[.+]/g, String.raw`\$&`))
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(new RegExp([...alternatives, times].join('|'), 'g'))) {
    const [found] = match
    const part = marks.includes(found) ? { mark: found } : timePart(found, isTime)
    if (part === null) continue
    parts.push({ text: text.slice(end, match.index) }, part)
    end = match.index + found.length
  }
  parts.push({ text: text.slice(end) })
  return (fillings, laterMs) => {
    let result = ''
    for (const part of parts) {
      if ('text' in part) result += part.text
      else if ('mark' in part) result += fillings.get(part.mark) ?? part.mark
      else result += writeTime(part.at + laterMs, part.form)
    }
    return result
  }
}

function timePart(text: string, isTime: (at: number) => boolean): Part | null {
  const isNumber = /^\d+$/.test(text)
  const at = isNumber ? Number(text) : Date.parse(text)
  const form = isNumber ? 'number' : text.endsWith('Z') ? 'iso' : 'mail'
  return isTime(at) ? { at, form } : null
}

function writeTime(at: number, form: TimeForm): string {
  if (form === 'number') return String(at)
  const date = new Date(at)
  return form === 'iso' ? date.toISOString() : date.toUTCString().replace('GMT', '+0000')
}

import { domainToASCII, domainToUnicode } from 'node:url'
import { oneLine } from './text.ts'

/**
 * Mail addresses as SES and MTAs write them. An address is never cut: a pattern that knows only the usual
 * letters makes `brien@` of `o'brien@`, and another person pays for it. So nothing here judges whether an
 * address is valid; it is only freed from what stands around it, and compared.
 */

/**
 * The bare address: without display name, angle brackets, comments around it, a route before it (RFC 5321
 * appendix C), or the type that a DSN's Final-Recipient carries (`rfc822;`, RFC 3464 2.3.2). Letter case and
 * everything within are kept. Text without an address comes back as it is.
 */
export function cleanAddress(text: string): string {
  const line = withoutComments(withoutEnd(oneLine(text), ',;'))
  const bare = (insideAngles(line) ?? line).trim().replace(/^(?:rfc822|utf-8) ?; ?/i, '')
  return unwrapped(withoutRoute(withoutEnd(bare.replace(/^<+/, ''), '>')))
}

/**
 * The addresses of a header such as To, in order. What is none is left out: SES gives names decoded, so a comma in one
 * divides it.
 */
export function addressList(text: string): readonly string[] {
  return splitList(oneLine(text))
    .map((part) => cleanAddress(insideAngles(part) === null ? part.replace(/^[^"<>@:]*:/, '') : part))
    .filter((address) => address.includes('@') && !address.replaceAll(/"[^"]*"/g, '').includes(' '))
}

/**
 * One spelling for all spellings of an address: lower case, the domain in Punycode and without a final
 * dot, no quotes that the local part does not need. For comparing and for keys.
 */
export function addressKey(address: string): string {
  const text = address.trim().normalize('NFC')
  const at = text.lastIndexOf('@')
  if (at < 1) return text.toLowerCase()
  return `${unquoted(text.slice(0, at)).toLowerCase()}@${domainKey(text.slice(at + 1))}`
}

/**
 * Whether two spellings mean the same mailbox. Local parts are compared without letter case, as CiviCRM
 * and, in practice, every provider does; plus tags are part of the address.
 */
export function sameAddress(one: string, other: string): boolean {
  return addressKey(one) === addressKey(other)
}

/** How a CRM may have stored the address: domain in Punycode or in Unicode, lower case. For searching. */
export function addressSpellings(address: string): readonly string[] {
  const key = addressKey(address)
  const at = key.lastIndexOf('@')
  const unicode = at < 1 ? '' : domainToUnicode(key.slice(at + 1))
  const spellings = [key, address.trim().normalize('NFC').toLowerCase()]
  if (unicode !== '') spellings.push(`${key.slice(0, at)}@${unicode}`)
  return [...new Set(spellings)]
}

/** An address as people read it: its domain in Unicode. Only to be shown: another one may look the same. */
export function readableAddress(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  // Of plain text it would make IPv4 addresses out of numbers.
  const unicode = at < 1 || !/(^|\.)xn--/i.test(domain) ? '' : domainToUnicode(domain)
  return unicode === '' ? address : `${address.slice(0, at)}@${unicode}`
}

/** The domain of an address in its comparable form; '' where there is none. */
export function addressDomain(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? '' : domainKey(address.slice(at + 1))
}

/** A domain in lower case and Punycode; one that cannot be converted stays as it is. */
export function domainKey(domain: string): string {
  const text = domain.trim().normalize('NFC').toLowerCase().replace(/\.$/, '')
  // Only what is not ASCII goes through IDNA: of plain text it would make IPv4 addresses out of numbers.
  return /^[\u0020-\u007E]*$/.test(text) ? text : domainToASCII(text) || text
}

/** A loop, since a pattern anchored at the end alone tries every place of a long run. */
function withoutEnd(line: string, letters: string): string {
  let end = line.length
  while (end > 0 && letters.includes(line[end - 1] ?? '')) end -= 1
  return line.slice(0, end)
}

/** Without the comments before and behind the address; they nest (RFC 5322 3.2.2). */
function withoutComments(line: string): string {
  let rest = line
  for (;;) {
    const end = rest.startsWith('(') ? commentLength(rest, ['(', ')'], (at) => at) : 0
    const back = rest.endsWith(')') ? commentLength(rest, [')', '('], (at) => rest.length - 1 - at) : 0
    if (end + back === 0 || end + back >= rest.length) return rest
    rest = rest.slice(end, rest.length - back).trim()
  }
}

/** Letters from one end to the bracket that closes the one there; 0 where none does. */
function commentLength(
  line: string,
  [opens, closes]: readonly [string, string],
  place: (at: number) => number,
): number {
  let depth = 0
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[place(at)]
    if (letter === opens) depth += 1
    else if (letter === closes) depth -= 1
    if (depth === 0) return at + 1
  }
  return 0
}

/** `@relay.example,@other.example:jane@example.org` is for Jane: no address begins with the sign. */
function withoutRoute(address: string): string {
  return address.startsWith('@') ? address.slice(address.indexOf(':') + 1) : address
}

/** Some programs put the whole address in apostrophes or quotes; no domain ends with one. */
function unwrapped(address: string): string {
  const [mark = ''] = address
  const inner = address.slice(1, -1)
  return `'"`.includes(mark) && address.endsWith(mark) && inner.includes('@') && !(mark === '"' && inner.includes(mark))
    ? inner
    : address
}

/** RFC 5322 lets `"john"@` stand for `john@`; MTAs add quotes to what is no dot-atom, such as `test..me`. */
function unquoted(localPart: string): string {
  const inner = /^"([^"\\\s@]+)"$/.exec(localPart)?.[1]
  return inner !== undefined && !/[()<>[\]:;,]/.test(inner) ? inner : localPart
}

/** What stands between the last angle bracket that no quotes hide and the end; null without brackets. */
function insideAngles(line: string): string | null {
  if (!line.endsWith('>')) return null
  let open = -1
  let quoted = false
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index]
    if (letter === '\\' && quoted) index += 1
    else if (letter === '"') quoted = !quoted
    else if (letter === '<' && !quoted) open = index
  }
  // A single quotation mark in a display name hides the rest: better the last bracket than none.
  if (open < 0) open = line.lastIndexOf('<')
  return open < 0 ? null : line.slice(open + 1, -1)
}

/** Parts of an address list: commas within quotes, brackets and comments do not divide. */
export function splitList(line: string): readonly string[] {
  const parts: string[] = []
  let begin = 0
  let quoted = false
  let depth = 0
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index]
    if (letter === '\\') index += 1
    else if (letter === '"') quoted = !quoted
    else if (quoted) continue
    else if (letter === '<' || letter === '(') depth += 1
    else if (letter === '>' || letter === ')') depth = Math.max(0, depth - 1)
    else if ((letter === ',' || letter === ';') && depth === 0) {
      parts.push(line.slice(begin, index))
      begin = index + 1
    }
  }
  return [...parts, line.slice(begin)].map((part) => part.trim()).filter((part) => part !== '')
}

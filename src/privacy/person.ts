import { domainToUnicode } from 'node:url'
import { addressKey, cleanAddress, splitList } from '../ses/addresses.ts'
import { isWithin, withoutWithin } from './views.ts'

/** With a display name; a longer text is none. */
const longestAddress = 500

/** In place of what was cut. */
export const cutText = '[forgotten]'

/** A JSON value, as it is parsed. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Properties whose text is the address that an object of a list is about, in SES's words and in ours. */
const subjects: ReadonlySet<string> = new Set(['emailAddress', 'email', 'address', 'recipient'])

/**
 * One person as an address tells him, wherever it stands and however it is spelled: in any letter case, with the
 * domain in Punycode or Unicode, with a display name, inside texts, links and encoded parts. Finds what is his, and
 * cuts it out of what holds other people's too.
 */
export class Person {
  /** The one spelling of the address. */
  readonly key: string
  readonly #withTags: boolean
  readonly #pattern: RegExp
  /** Without it nothing can be his, unless it is encoded. */
  readonly #hint: RegExp

  /** @param withTags also `local+anything@`, which is another address, and mostly the same person */
  constructor(address: string, { withTags = false }: { readonly withTags?: boolean } = {}) {
    this.key = addressKey(cleanAddress(address))
    this.#withTags = withTags
    const at = this.key.lastIndexOf('@')
    const [local, domain] = [this.key.slice(0, at), this.key.slice(at + 1)]
    this.#pattern = patternOf(local, domain, withTags)
    this.#hint = hintOf(local)
  }

  /** Whether an address, in whatever spelling, is his. */
  isHis(address: string): boolean {
    const key = addressKey(cleanAddress(address))
    if (key === this.key) return true
    if (!this.#withTags) return false
    const at = key.lastIndexOf('@')
    const plus = key.indexOf('+')
    return plus > 0 && plus < at && key.slice(0, plus) + key.slice(at) === this.key
  }

  /** Whether he stands in a text, in any of the ways. */
  isIn(text: string): boolean {
    return this.#isPlainlyIn(text) || isWithin(text, (decoded) => this.#isPlainlyIn(decoded))
  }

  /** The same for JSON, in which a quoted local part is written otherwise. */
  isInJson(text: string): boolean {
    if (this.isIn(text)) return true
    const value = this.key.startsWith('"') ? parsed(text) : undefined
    return value !== undefined && JSON.stringify(this.cutJson(value)) !== JSON.stringify(value)
  }

  /** The text without him: of a list of addresses without his part, of others with a mark in his place. */
  cut(text: string): string {
    if (!this.isInJson(text)) return text
    const nested = parsed(text)
    if (nested !== undefined) return JSON.stringify(this.cutJson(nested))
    if (this.isHis(text)) return cutText
    const parts = splitList(text)
    if (parts.length > 1 && parts.every((part) => cleanAddress(part).includes('@')))
      return parts.filter((part) => !this.isHis(part)).join(', ') || cutText
    const plain = text.normalize('NFC').replaceAll(this.#pattern, cutText)
    const left = withoutWithin(plain, (decoded) => this.#isPlainlyIn(decoded), cutText)
    return this.isIn(left) ? cutText : left
  }

  /** The same for all texts of a JSON value; what is only about him is dropped from lists. */
  cutJson(value: Json): Json {
    if (typeof value === 'string') return this.cut(value)
    if (Array.isArray(value))
      return value.filter((item: Json) => !this.#isAbout(item)).map((item: Json) => this.cutJson(item))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => (this.isIn(name) ? [] : [[name, this.cutJson(inner)] as const])),
    )
  }

  #isAbout(item: Json): boolean {
    if (typeof item === 'string') return this.isHis(item)
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return false
    return Object.entries(item).some(
      ([name, text]) => subjects.has(name) && typeof text === 'string' && this.isHis(text),
    )
  }

  #isPlainlyIn(text: string): boolean {
    const composed = text.normalize('NFC')
    if (!this.#hint.test(composed)) return false
    this.#pattern.lastIndex = 0
    return this.#pattern.test(composed) || (composed.length <= longestAddress && this.isHis(composed))
  }
}

function parsed(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse gives is JSON
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/**
 * Finds `local@domain` in a text, where it is no part of another address (`joann@`, `ann@example.org.au`); also as it
 * stands in VERP and SRS addresses (`bounces-ann=example.org@`).
 */
function patternOf(local: string, domain: string, withTags: boolean): RegExp {
  const tag = withTags ? '(?:\\+[^\\s@"<>]*)?' : ''
  const name = `(?:${escaped(local)}|"${escaped(local)}")${tag}`
  const unicode = domainToUnicode(domain)
  const domains = [...new Set([domain, unicode === '' ? domain : unicode])].map(escaped).join('|')
  const begin = `(?<![\\p{L}\\p{N}._+-]|[\\p{L}\\p{N}]')${name}@`
  const begun = `(?<![\\p{L}\\p{N}._])${name}=`
  return new RegExp(`(?:${begin}|${begun})(?:${domains})(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])`, 'giu')
}

/** What every way of writing the local part has in it: of one that needs quotes, which JSON escapes, only a part. */
function hintOf(local: string): RegExp {
  const parts = /^[\p{L}\p{N}._+-]+$/u.test(local) ? [local] : local.split(/[^\p{L}\p{N}]+/u)
  return new RegExp(escaped(parts.toSorted((one, other) => other.length - one.length)[0] ?? ''), 'iu')
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

import { describe, expect, it } from 'vitest'
import { hasTooManyParts } from './parts.ts'

const bytes = (text: string): Buffer => Buffer.from(text)
const mebibyte = 1024 * 1024

describe('hasTooManyParts', () => {
  it.each([
    ['lists in lists', '['.repeat(mebibyte)],
    ['objects in objects', '{"a":'.repeat(mebibyte / 5)],
    ['fields', `{${Array.from({ length: 5000 }, (_, n) => `"k${n}":1`).join(',')}}`],
    ['numbers', `[${'1,'.repeat(mebibyte / 2)}1]`],
    ['lists behind a text', `["\\\\",${'['.repeat(20_000)}`],
  ])('is true of %s without number', (_name, text) => {
    expect(hasTooManyParts(bytes(text))).toBe(true)
  })

  it.each([
    ['a text of such signs', JSON.stringify({ Message: '[{,'.repeat(mebibyte / 4) })],
    ['escaped quotes in a text', JSON.stringify({ Message: '"[,{'.repeat(mebibyte / 8) })],
    ['a record of SES with many headers', JSON.stringify({ Message: JSON.stringify(headers(5000)) })],
    ['some hundred attributes', JSON.stringify({ Message: 'x'.repeat(20_000), MessageAttributes: attributes(300) })],
    ['nothing', ''],
  ])('is false of %s', (_name, text) => {
    expect(hasTooManyParts(bytes(text))).toBe(false)
  })
})

function headers(count: number): unknown {
  return {
    mail: { headers: Array.from({ length: count }, (_, n) => ({ name: `X-${n}`, value: 'a "quoted" \\ value' })) },
  }
}

function attributes(count: number): unknown {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, { Type: 'String', Value: 'v' }]))
}

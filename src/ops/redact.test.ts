import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskAddress, redactFields, redactText, redactValue } from './redact.ts'

describe('maskAddress', () => {
  it.each([
    ['jane.doe@example.org', 'j***@example.org'],
    ["o'brien@Example.ORG", 'o***@example.org'],
    ['müller@example.net', 'm***@example.net'],
    ['\u{1f600}x@example.com', '\u{1f600}***@example.com'],
    ['a@b@example.com', 'a***@example.com'],
    ['@example.com', '***'],
    ['no address', '***'],
    ['', '***'],
  ])('cuts %s to %s', (address, masked) => {
    expect(maskAddress(address)).toBe(masked)
  })
})

describe('redactText', () => {
  it.each([
    ['an address', 'smtp; 550 jane.doe@example.org unknown', 'smtp; 550 j***@example.org unknown'],
    ['one in brackets', 'for <jane@example.org>, sorry', 'for <j***@example.org>, sorry'],
    ['a display name', '"Jane" <jane@example.org>', '"Jane" <j***@example.org>'],
    ['an apostrophe', "o'brien@example.org", 'o***@example.org'],
    ['quotes', '550 "jane doe"@Example.org unknown', '550 "***@example.org unknown'],
    ['quotes in quotes', '{"to":"\\"jane doe\\"@example.org"}', '{"to":"\\"***@example.org"}'],
    ['a plus', 'jane+news@example.org', 'j***@example.org'],
    ['an escaped one', 'q=jane%40example.org', 'q=j***@example.org'],
    ['several', 'a@example.org b@example.net', 'a***@example.org b***@example.net'],
    ['a VERP address', 'bounce+b.12.34.0123456789abcdef@example.org', 'b***@example.org'],
    [
      'a URL with a token',
      'GET https://sns.eu-west-1.amazonaws.com/?Token=abc&x=1 failed',
      'GET https://sns.eu-west-1.amazonaws.com/?… failed',
    ],
    ['a fragment', 'see http://example.org/a#b', 'see http://example.org/a?…'],
    ['a token alone', `token ${'2336412f37fb687f'.repeat(14)} used`, 'token … used'],
    [
      'the path of a package',
      'at /srv/app/node_modules/@fastify/x.js:1:2',
      'at /srv/app/node_modules/@fastify/x.js:1:2',
    ],
    ['an ARN', 'arn:aws:sns:eu-west-1:111122223333:ses', 'arn:aws:sns:eu-west-1:111122223333:ses'],
    ['an id', '1055bc4a-e4f8-40f9-af6a-99c155b08d43', '1055bc4a-e4f8-40f9-af6a-99c155b08d43'],
  ])('in a text with %s', (_name, text, redacted) => {
    expect(redactText(text)).toBe(redacted)
  })

  it('lets no local part of an address through, wherever it stands', () => {
    const local = fc.stringMatching(/^[a-z0-9.+_'!#$%&*?^`{|}~-]{6,40}$/)
    const around = fc.constantFrom('', ' ', '<', '"', ': ', '\n', ',', ';')
    fc.assert(
      fc.property(around, local, around, (before, name, after) => {
        const text = redactText(`${before}x${name}@example.org${after}`)
        expect(text).not.toContain(name)
      }),
    )
  })

  it('cuts long texts, and is quick with them', () => {
    expect(redactText('a'.repeat(1_000_000)).length).toBeLessThan(5000)
    expect(redactText('a@'.repeat(500_000)).length).toBeLessThan(10_000)
    expect(redactText('http://'.repeat(100_000)).length).toBeLessThan(10_000)
  })
})

describe('redactValue', () => {
  it('looks into objects, lists and errors with their causes', () => {
    const cause = new Error('550 jane@example.org')
    const error = Object.assign(new TypeError('for john@example.org', { cause }), { code: 'E_TEST' })
    expect(redactValue({ list: ['jane@example.org', 7, null, true], error })).toMatchObject({
      list: ['j***@example.org', 7, null, true],
      error: {
        name: 'TypeError',
        code: 'E_TEST',
        text: 'for j***@example.org',
        cause: { text: '550 j***@example.org' },
      },
    })
    expect(JSON.stringify(redactValue(error))).not.toMatch(/jane|john/)
  })

  it('hides what is secret by name, in any letter case, and bytes', () => {
    expect(
      redactFields({
        token: 't',
        apiKey: 'k',
        ApiKey: 'k',
        inner: { authorization: 'Bearer x' },
        raw: 'x',
        size: 1n,
        part: Buffer.from('abc'),
      }),
    ).toEqual({
      token: '(hidden)',
      apiKey: '(hidden)',
      ApiKey: '(hidden)',
      inner: { authorization: '(hidden)' },
      raw: '(hidden)',
      size: '1',
      part: '(3 bytes)',
    })
  })

  it('ends with what refers to itself', () => {
    const circle: Record<string, unknown> = {}
    circle['circle'] = circle
    expect(JSON.stringify(redactValue(circle))).toContain('…')
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutText, Person } from './person.ts'

const ann = new Person('ann@example.org')
const zoe = new Person('Zoë.Müller@Bücher.example')

describe('a person', () => {
  it.each([
    'ann@example.org',
    'ANN@Example.ORG',
    '"Ann Smith" <ann@example.org>',
    "'ann@example.org'",
    'rfc822; Ann@example.org',
    'smtp; 550 5.1.1 <ann@example.org>... unknown',
    'mailto:ann@example.org?subject=x',
    'bob@example.org, Ann <ann@example.org>',
    'bounces+ann=example.org@list.example.net',
    'list-ann=example.org@list.example.net',
    'SRS0=abcd=ef=example.org=ann@relay.example: then ann@example.org.',
    'https://example.org/?who=ann%40example.org&x=1',
    'https://example.org/?who=%61nn%2540example.org',
    '=?utf-8?B?YW5uQGV4YW1wbGUub3Jn?=',
    '=?utf-8?q?ann=40example.org?=',
    `body ${Buffer.from('To: ann@example.org\r\n').toString('base64')}`,
    Buffer.from('a line that is so long that it is wrapped in the middle ann@example.org')
      .toString('base64')
      .replaceAll(/(.{76})/g, '$1\r\n'),
    'ann=40example.org is how quoted-printable says it',
    'ann=40exam=\r\nple.org',
    String.raw`{"to":"\u0061nn@example.org"}`,
    JSON.stringify({ Message: JSON.stringify({ mail: { destination: ['ann@example.org'] } }) }),
    'ann&#64;example.org',
  ])('is found in %j, and not after it was cut', (text) => {
    expect(ann.isIn(text)).toBe(true)
    expect(ann.isIn(ann.cut(text))).toBe(false)
  })

  it.each([
    'joann@example.org',
    'jo.ann@example.org',
    'mary-ann@example.org',
    "o'ann@example.org",
    'ann@example.org.au',
    'ann@example.organic',
    'ann@sub.example.org',
    'ann+news@example.org',
    'ann at example.org',
    'https://example.org/ann',
  ])('is not found in %j, which another one is', (text) => {
    expect(ann.isIn(text)).toBe(false)
    expect(ann.cut(text)).toBe(text)
  })

  it.each(['zoë.müller@xn--bcher-kva.example', 'ZOË.MÜLLER@BÜCHER.EXAMPLE', 'zoe\u0308.mu\u0308ller@bücher.example'])(
    'is found as %j',
    (text) => {
      expect(zoe.isIn(`<${text}>`)).toBe(true)
      expect(zoe.isHis(text)).toBe(true)
      expect(zoe.isIn(zoe.cut(`<${text}>`))).toBe(false)
    },
  )

  it('is also the one with a tag, where that is asked for', () => {
    const tagged = new Person('ann@example.org', { withTags: true })
    expect(tagged.isHis('Ann+News@example.org')).toBe(true)
    expect(tagged.cut('to ann+news@example.org and ann@example.org and ann@example.com')).toBe(
      `to ${cutText} and ${cutText} and ann@example.com`,
    )
    expect(tagged.isHis('joann+news@example.org')).toBe(false)
  })

  it('takes his part of a list and leaves the others', () => {
    expect(ann.cut('"Smith, Ann" <ann@example.org>, Bob <bob@example.org>')).toBe('Bob <bob@example.org>')
    const value = {
      destination: ['ann@example.org', 'bob@example.org'],
      bouncedRecipients: [
        { emailAddress: 'Ann <ann@example.org>', diagnosticCode: 'unknown' },
        { emailAddress: 'bob@example.org', diagnosticCode: 'not ann@example.org' },
      ],
      headers: [{ name: 'To', value: 'ann@example.org, bob@example.org' }],
    }
    expect(ann.cutJson(value)).toEqual({
      destination: ['bob@example.org'],
      bouncedRecipients: [{ emailAddress: 'bob@example.org', diagnosticCode: `not ${cutText}` }],
      headers: [{ name: 'To', value: 'bob@example.org' }],
    })
  })

  it('whatever the address and the text around it, is gone after the cut, and others are untouched', () => {
    const letter = fc.constantFrom('a', 'b', 'é', '.', '+', '-', "'", '_')
    const local = fc.string({ unit: letter, minLength: 1, maxLength: 5 })
    const around = fc.array(fc.constantFrom(' ', '<', '>', ',', ';', '"', ':', 'x', '%40', '=?', '{', '[', '\\'))
    fc.assert(
      fc.property(local, around, around, (name, before, after) => {
        const person = new Person(`${name}@example.org`)
        const text = `${before.join('')} ${name}@example.org ${after.join('')}`
        expect(person.isIn(text)).toBe(true)
        expect(person.isIn(person.cut(text))).toBe(false)
        const other = `${before.join('')} other${name}@example.org ${after.join('')}`
        expect(person.cut(other)).toBe(other)
      }),
    )
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textOf } from '../testing/letters.ts'
import {
  addressDomain,
  addressKey,
  addressList,
  addressSpellings,
  cleanAddress,
  readableAddress,
  sameAddress,
} from './addresses.ts'

describe('readableAddress', () => {
  it.each([
    ['jörg@xn--mller-kva.example', 'jörg@müller.example'],
    ['ann@mail.xn--mller-kva.example', 'ann@mail.müller.example'],
    ['xn--ann@example.org', 'xn--ann@example.org'],
    ['ann@[192.0.2.1]', 'ann@[192.0.2.1]'],
    ['ann@123', 'ann@123'],
    ['hmac:xn--mller-kva', 'hmac:xn--mller-kva'],
  ])('%s is shown as %s', (address, readable) => {
    expect(readableAddress(address)).toBe(readable)
  })
})

describe('cleanAddress', () => {
  it.each([
    ['jane@example.com', 'jane@example.com'],
    ['Jane Doe <jane@example.com>', 'jane@example.com'],
    ['"Doe, Jane" <jane@example.com>', 'jane@example.com'],
    ['"Jane <admin> Doe" <jane@example.com>', 'jane@example.com'],
    ['Jane "the one <jane@example.com>', 'jane@example.com'],
    ['<jane@example.com>', 'jane@example.com'],
    ['  jane@example.com\r\n ', 'jane@example.com'],
    ['=?utf-8?Q?Zo=C3=AB?= <zoe@example.net>', 'zoe@example.net'],
    ['=?utf-8?Q?m=C3=BCller?=@example.org', '=?utf-8?Q?m=C3=BCller?=@example.org'],
    ['jane@example.com (Jane Doe)', 'jane@example.com'],
    ['rfc822; jane@example.com', 'jane@example.com'],
    ['RFC822;jane@example.com', 'jane@example.com'],
    ["'jane@example.com'", 'jane@example.com'],
    ['"jane@example.com"', 'jane@example.com'],
    ['(work) jane@example.com (Jane (the one) Doe) (2)', 'jane@example.com'],
    ['Jane (the one) Doe <jane@example.com>', 'jane@example.com'],
    ['(Jane)', '(Jane)'],
    ['rfc822; <<jane@example.com>>', 'jane@example.com'],
    ['<jane@example.com', 'jane@example.com'],
    ['jane@example.com>', 'jane@example.com'],
    ['<@relay.example,@other.example:jane@example.com>', 'jane@example.com'],
    ['jane@example.com,', 'jane@example.com'],
    ['<>', ''],
    ['', ''],
  ])('frees %j', (text, address) => {
    expect(cleanAddress(text)).toBe(address)
  })

  it.each([
    "o'brien@example.org",
    "'brien@example.org",
    'a&b@example.org',
    'müller@example.org',
    'user+tag@example.org',
    'test..me@example.org',
    '"test."@example.org',
    '"john doe"@example.org',
    '"a<b>c"@example.org',
    '"a@b"@example.org',
    'user@example.xn--p1ai',
    'user@пример.рф',
    'User@Example.ORG',
    '用户@例子.example',
    'a=b/c!d#e%f{g}|h~i^j`k*l?m$n@example.org',
  ])('leaves %s whole, also within a display name', (address) => {
    expect(cleanAddress(address)).toBe(address)
    expect(cleanAddress(`Some One <${address}>`)).toBe(address)
    expect(cleanAddress(`"One, Some" <${address}>`)).toBe(address)
  })

  it('takes a display name off any address that holds no brackets or quotes', () => {
    const bounds = { minLength: 1, maxLength: 20 }
    fc.assert(
      fc.property(
        textOf("ab Ö.'&+=", bounds),
        textOf("abÖ7.'&+=_-!#é日", bounds),
        textOf('abö7-.例', bounds),
        (name, local, domain) => {
          const address = `${local}@${domain}`
          expect(cleanAddress(`${name} <${address}>`)).toBe(address)
        },
      ),
    )
  })

  it('never throws and gives one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanAddress(text)).not.toMatch(/[\r\n]/)
      }),
    )
  })

  it('stays quick on hostile text', () => {
    const begin = performance.now()
    for (const text of [
      '<'.repeat(100_000),
      `${','.repeat(200_000)}x`,
      ' ('.repeat(50_000),
      '()'.repeat(50_000),
      `${'('.repeat(50_000)}${')'.repeat(50_000)}`,
      `(${')('.repeat(50_000)}`,
      '"\\'.repeat(50_000),
      `${' '.repeat(100_000)}x`,
    ]) {
      cleanAddress(text)
      addressList(text)
    }
    expect(performance.now() - begin).toBeLessThan(2000)
  })
})

describe('addressList', () => {
  it('reads what SES puts into one text', () => {
    expect(addressList('Jane Doe <jane@example.com>, "Roe, Mary" <mary@example.com>, richard@example.com')).toEqual([
      'jane@example.com',
      'mary@example.com',
      'richard@example.com',
    ])
  })

  it('reads groups, comments and encoded names', () => {
    expect(addressList('Team: a@example.com, b@example.com;')).toEqual(['a@example.com', 'b@example.com'])
    expect(addressList('a@example.com (work, mostly), b@example.com')).toEqual(['a@example.com', 'b@example.com'])
    expect(addressList('=?utf-8?Q?Zo=C3=AB_M=2C?= <zoe@example.net>')).toEqual(['zoe@example.net'])
  })

  it('does not take a piece of a decoded name for an address', () => {
    expect(addressList('Doe, Jane @ home, <jane@example.com>, "the one"@example.org')).toEqual([
      'jane@example.com',
      '"the one"@example.org',
    ])
  })

  it('finds none in a list that hides them', () => {
    expect(addressList('undisclosed-recipients:;')).toEqual([])
    expect(addressList('')).toEqual([])
  })
})

describe('sameAddress', () => {
  it.each([
    ['User@Example.org', 'user@example.org'],
    ['user@пример.рф', 'user@xn--e1afmkfd.xn--p1ai'],
    ['user@XN--E1AFMKFD.XN--P1AI', 'user@пример.рф'],
    ['user@bücher.example', 'user@xn--bcher-kva.example'],
    ['user@example.org.', 'user@example.org'],
    ['"test..me"@example.org', 'test..me@example.org'],
    ['mu\u0308ller@example.org', 'm\u00FCller@example.org'],
  ])('takes %s and %s for one', (one, other) => {
    expect(sameAddress(one, other)).toBe(true)
    expect(sameAddress(other, one)).toBe(true)
  })

  it.each([
    ["o'brien@example.org", 'brien@example.org'],
    ['user+tag@example.org', 'user@example.org'],
    ['müller@example.org', 'muller@example.org'],
    ['user@example.org', 'user@example.com'],
    ['user@sub.example.org', 'user@example.org'],
    ['a.b@example.org', 'ab@example.org'],
    ['"a@b"@example.org', 'a@b@example.com'],
  ])('tells %s from %s', (one, other) => {
    expect(sameAddress(one, other)).toBe(false)
  })

  it('is the same however often the key is taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.domain(), (local, domain) => {
        const key = addressKey(`${local}@${domain}`)
        expect(addressKey(key)).toBe(key)
        expect(sameAddress(key, `${local}@${domain}`)).toBe(true)
      }),
    )
  })

  it('leaves domains that look like numbers alone', () => {
    expect(addressDomain('user@0x7f.1')).toBe('0x7f.1')
    expect(addressDomain('no address')).toBe('')
  })
})

describe('addressSpellings', () => {
  it('offers both forms of a domain', () => {
    expect(addressSpellings('User@Bücher.Example')).toEqual(['user@xn--bcher-kva.example', 'user@bücher.example'])
    expect(addressSpellings('user@xn--bcher-kva.example')).toEqual([
      'user@xn--bcher-kva.example',
      'user@bücher.example',
    ])
    expect(addressSpellings('user@example.org')).toEqual(['user@example.org'])
  })
})

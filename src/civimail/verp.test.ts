import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textOf } from '../testing/letters.ts'
import type { VerpSettings } from './reference.ts'
import { parseVerp, verpAddress } from './verp.ts'

const domain = 'crm.example.org'
const site: VerpSettings = { localpart: 'bounce+', separator: '.', domains: [domain] }
const unknown: VerpSettings = { localpart: null, separator: '.', domains: [] }
const sample = { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy', action: 'b', domain }

describe('parseVerp with a known localpart', () => {
  it.each([
    ['bounce+b.2.3006.zzinafzl1gunbnsy@crm.example.org', {}],
    ['<bounce+b.2.3006.zzinafzl1gunbnsy@crm.example.org>', {}],
    ['Example Org <bounce+b.2.3006.zzinafzl1gunbnsy@CRM.Example.org>', {}],
    ['b.2.3006.zzinafzl1gunbnsy@crm.example.org', { localpart: '' }],
    ['bounceb.2.3006.zzinafzl1gunbnsy@crm.example.org', { localpart: 'bounce' }],
    ['bounce.crm+b.2.3006.zzinafzl1gunbnsy@crm.example.org', { localpart: 'bounce.crm+' }],
    ['bounce+b-2-3006-zzinafzl1gunbnsy@crm.example.org', { separator: '-' }],
    ['bounce+b+2+3006+zzinafzl1gunbnsy@crm.example.org', { separator: '+' }],
    ['bounce+b_._2_._3006_._zzinafzl1gunbnsy@crm.example.org', { separator: '_._' }],
    ['bounce+bx12x13006x1zzinafzl1gunbnsy@crm.example.org', { separator: 'x1' }],
    ['bounce+b.2.3006.zzinafzl1gunbnsy@mail.crm.example.org', {}],
  ])('reads %s', (text, settings) => {
    expect(parseVerp(text, { ...site, ...settings })).toMatchObject({ jobId: 2, queueId: 3006, action: 'b' })
  })

  it('keeps the letter case of the hash', () => {
    expect(parseVerp('bounce+b.2.3006.ZZINAFZL1GUNBNSY@crm.example.org', site)?.hash).toBe('ZZINAFZL1GUNBNSY')
    expect(parseVerp('BOUNCE+B.2.3006.zzinafzl1gunbnsy@crm.example.org', site)).toEqual(sample)
    expect(parseVerp('bounce+b.83.52.2a7c92a4101dd5fd@crm.example.org', site)?.hash).toBe('2a7c92a4101dd5fd')
  })

  it.each(['b', 'r', 'u', 'e', 'o', 'm'])('reads the action %s', (action) => {
    expect(parseVerp(`bounce+${action}.2.3006.zzinafzl1gunbnsy@crm.example.org`, site)).toEqual({ ...sample, action })
  })

  it('reads transactional references without localpart, though the site has one', () => {
    expect(parseVerp('m.2.3006.zzinafzl1gunbnsy@crm.example.org', site)).toEqual({ ...sample, action: 'm' })
    expect(parseVerp('b.2.3006.zzinafzl1gunbnsy@crm.example.org', site)).toBeNull()
  })

  it.each([
    '<bounce+m.3007.gyddrlryphllpi4y@crm.example.org>',
    'bounce+b.2.3006.zzinafzl1gunbnsy@example.org',
    'bounce+b.2.3006.zzinafzl1gunbnsy@evilcrm.example.org',
    'other+b.2.3006.zzinafzl1gunbnsy@crm.example.org',
    'bounce+x.2.3006.zzinafzl1gunbnsy@crm.example.org',
    'bounce+c.2.3006.zzinafzl1gunbnsy@crm.example.org',
    'bounce+b.0.3006.zzinafzl1gunbnsy@crm.example.org',
    'bounce+b.2.4294967296.zzinafzl1gunbnsy@crm.example.org',
    'bounce+b.2.3006.zzinafzl1gunbns@crm.example.org',
    'bounce+b.2.3006.zzinafzl1gunbnsyy@crm.example.org',
    'bounce+b.2.3006.zzinafzl1gunbns-@crm.example.org',
    'bounce+b-2-3006-zzinafzl1gunbnsy@crm.example.org',
    'bounce+.2.3006.zzinafzl1gunbnsy@crm.example.org',
    '2.3006.zzinafzl1gunbnsy@crm.example.org',
    'bounces@crm.example.org',
    '',
  ])('does not read %s', (text) => {
    expect(parseVerp(text, site)).toBeNull()
  })
})

describe('parseVerp with an unknown localpart', () => {
  it.each([
    ['bounce+b.2.3006.zzinafzl1gunbnsy@crm.example.org', 'b'],
    ['bounce.crm+b.2.3006.zzinafzl1gunbnsy@crm.example.org', 'b'],
    ['b.2.3006.zzinafzl1gunbnsy@crm.example.org', 'b'],
    ['m.2.3006.zzinafzl1gunbnsy@crm.example.org', 'm'],
    ['b.9.9.0000000000000000.b.2.3006.zzinafzl1gunbnsy@crm.example.org', 'b'],
  ])('takes the right-most of %s', (text, action) => {
    expect(parseVerp(text, unknown)).toEqual({ ...sample, action })
  })

  it.each([
    'bounceb.2.3006.zzinafzl1gunbnsy@crm.example.org',
    '7b.2.3006.zzinafzl1gunbnsy@crm.example.org',
    'bounce+u.2.3006.zzinafzl1gunbnsy@crm.example.org',
    '<bounce+m.3007.gyddrlryphllpi4y@crm.example.org>',
  ])('does not guess at %s', (text) => {
    expect(parseVerp(text, unknown)).toBeNull()
  })
})

describe('a forwarder that rewrites senders', () => {
  it.each([
    'SRS0=HHH=TT=crm.example.org=bounce+b.2.3006.zzinafzl1gunbnsy@forwarder.example.net',
    'SRS0+Ab1/=X2=crm.example.org=bounce+b.2.3006.zzinafzl1gunbnsy@forwarder.example.net',
    'SRS1=KKK=first.example.com==HHH=TT=crm.example.org=bounce+b.2.3006.zzinafzl1gunbnsy@second.example.net',
  ])('leaves %s readable', (text) => {
    expect(parseVerp(text, site)).toEqual(sample)
    expect(parseVerp(text, unknown)).toEqual(sample)
  })

  it('does not make a foreign domain ours', () => {
    const text = 'SRS0=HHH=TT=example.com=bounce+b.2.3006.zzinafzl1gunbnsy@crm.example.org'
    expect(parseVerp(text, site)).toBeNull()
  })
})

const hashes = textOf('0123456789abcdefghijklmnopqrstuvwxyz', { minLength: 16, maxLength: 16 })
const references = fc.record({
  jobId: fc.integer({ min: 1, max: 4_294_967_295 }),
  queueId: fc.integer({ min: 1, max: 4_294_967_295 }),
  hash: hashes,
  action: fc.constantFrom('b', 'r', 'u', 'e', 'o', 'm'),
  domain: fc.constant(domain),
})
const localLetters = "abcXYZ0189.+-_=!#$%&'*/?^`{|}~"
const localparts = textOf(localLetters, { maxLength: 64 })
/** One made of digits alone cannot be told from the numbers. */
const separators = textOf(localLetters, { minLength: 1, maxLength: 32 }).filter((separator) => !/^\d+$/.test(separator))

describe('parseVerp and verpAddress', () => {
  it('are inverse for any localpart and separator', () => {
    fc.assert(
      fc.property(references, localparts, separators, (reference, localpart, separator) => {
        const settings = { localpart, separator, domains: [domain] }
        const address = verpAddress(reference, settings)
        // What a forwarder's rewriting looks like cannot be a site's own localpart at the same time.
        fc.pre(!/^SRS[01][=+-]/i.test(address))
        expect(parseVerp(`<${address}>`, settings)).toEqual(reference)
      }),
      { numRuns: 2000 },
    )
  })

  it('stay quick on hostile text', () => {
    const begin = performance.now()
    for (const text of ['1'.repeat(200_000), '1.'.repeat(100_000), `SRS0${'=1'.repeat(100_000)}`]) {
      parseVerp(`${text}x.0123456789abcdef@crm.example.org`, site)
      parseVerp(`${text}x.0123456789abcdef@crm.example.org`, unknown)
    }
    expect(performance.now() - begin).toBeLessThan(2000)
  })

  it('never throw, whatever the text and the settings', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.option(fc.string()),
        fc.string({ minLength: 1 }),
        (text, localpart, separator) => {
          expect(() => parseVerp(text, { localpart, separator, domains: [] })).not.toThrow()
        },
      ),
    )
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey } from '../ses/addresses.ts'
import { isPseudonym, Pseudonyms } from './pseudonyms.ts'

const one = new Pseudonyms(Buffer.alloc(32, 1))
const other = new Pseudonyms(Buffer.alloc(32, 2))

describe('a pseudonym', () => {
  it('is the same for all spellings of an address', () => {
    expect(one.of('Zoë@Exämple.org.')).toBe(one.of('zoë@xn--exmple-cua.org'))
    expect(one.of('"john"@example.org')).toBe(one.of('John@example.org'))
    expect(one.of('ann+news@example.org')).not.toBe(one.of('ann@example.org'))
  })

  it('says nothing of the address, and another key makes another one', () => {
    expect(one.of('ann@example.org')).toMatch(/^hmac:[0-9a-f]{32}$/)
    expect(one.of('ann@example.org')).not.toBe(other.of('ann@example.org'))
  })

  it('stays what it is wherever addresses are compared', () => {
    fc.assert(
      fc.property(fc.string(), (address) => {
        const pseudonym = one.of(address)
        expect(isPseudonym(pseudonym)).toBe(true)
        expect(one.of(pseudonym)).toBe(pseudonym)
        expect(addressKey(pseudonym)).toBe(pseudonym)
      }),
    )
  })

  it('of a key or a marker is no pseudonym of an address with the same text', () => {
    const hex = Buffer.from(one.eventKey(['a'])).toString('hex')
    expect(one.of('["a"]')).not.toContain(hex)
    expect(hex).toHaveLength(32)
  })

  it('of a marker has its length and letters', () => {
    expect(one.marker('n24jq2icapfr')).toMatch(/^[a-z2-7]{12}$/)
    expect(one.marker('n24jq2icapfr')).not.toBe(one.marker('n24jq2icapfs'))
    expect(one.marker('n24jq2icapfr')).not.toBe(other.marker('n24jq2icapfr'))
  })
})

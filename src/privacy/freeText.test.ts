import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutAddresses } from './freeText.ts'

describe('a text without addresses', () => {
  it.each([
    ['smtp; 550 5.1.1 <ann@example.org>: unknown user', 'smtp; 550 5.1.1 <[address]>: unknown user'],
    ['rfc822;ann@example.org', 'rfc822;[address]'],
    ['no such user "ann smith"@example.org here', 'no such user [address] here'],
    ["o'brien+x@example.org, zoë@exämple.org", '[address], [address]'],
    ['see https://example.org/?who=ann%40example.org now', 'see https:[address] now'],
    ['via <bounces-ann=example.org@list.example.net>', 'via <[address]>'],
    ['mailbox full', 'mailbox full'],
  ])('of %j is %j', (text, cut) => {
    expect(withoutAddresses(text)).toBe(cut)
  })

  it('never holds an @ that stands between two letters', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'é', '@', ' ', '"', '<', '>', '.', '%40', '=', ';')), (parts) => {
        expect(withoutAddresses(parts.join(''))).not.toMatch(/[aé.]@[aé.]/)
      }),
    )
  })
})

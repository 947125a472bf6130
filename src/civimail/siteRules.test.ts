import { describe, expect, it } from 'vitest'
import { siteSchema } from '../settings/site.ts'
import { defaultBounceTypes } from './bounceTypes.ts'
import { presets } from './policy/presets.ts'
import { siteRules } from './siteRules.ts'

describe('siteRules', () => {
  it("takes what it needs of a site's settings", () => {
    const site = siteSchema.parse({
      id: 'north',
      name: 'North',
      crm: { type: 'builtin' },
      mail: { localpart: 'bounce+', separator: '-', domains: ['CRM.example.org'], senderDomains: ['example.org'] },
      policy: { preset: 'careful' },
    })
    expect(siteRules(site)).toMatchObject({
      verp: { localpart: 'bounce+', separator: '-', domains: ['crm.example.org'] },
      senderDomains: ['example.org'],
      policy: presets.careful,
      bounceTypes: defaultBounceTypes,
    })
  })

  it('takes the standard policy where none is named', () => {
    expect(siteRules(siteSchema.parse({ id: 'north', name: 'North', crm: { type: 'builtin' } })).policy).toBe(
      presets.standard,
    )
  })
})

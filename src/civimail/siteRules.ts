import { type BounceTypes, defaultBounceTypes } from './bounceTypes.ts'
import type { CorrelationRules } from './correlate.ts'
import { policyContent } from './policy/presets.ts'
import { standard } from './policy/presets/standard.ts'
import type { Policy, PolicyContent } from './policy/schema.ts'
import type { VerpSettings } from './reference.ts'

/** All that the pure part needs of a site. */
export interface SiteRules extends CorrelationRules {
  readonly policy: PolicyContent
  readonly bounceTypes: BounceTypes
}

/** The shape of a site's settings as far as they matter here. */
export interface SiteSettings {
  readonly mail: VerpSettings & { readonly senderDomains: readonly string[] }
  readonly policy: Policy
  readonly bounceTypes: BounceTypes
}

export function siteRules({ mail, policy, bounceTypes }: SiteSettings): SiteRules {
  return { verp: mail, senderDomains: mail.senderDomains, policy: policyContent(policy), bounceTypes }
}

/** For `inspect` without settings: any VERP address, any sender, the default policy. */
export const rulesWithoutSite: SiteRules = {
  verp: { localpart: null, separator: '.', domains: [] },
  senderDomains: [],
  policy: standard,
  bounceTypes: defaultBounceTypes,
}

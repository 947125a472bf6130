import { domainKey } from '../ses/addresses.ts'

/** Whether a domain is this one or below it; written in Punycode or Unicode alike. */
export function isWithin(domain: string, of: string): boolean {
  const inner = domainKey(domain)
  const outer = domainKey(of)
  return outer !== '' && (inner === outer || inner.endsWith(`.${outer}`))
}

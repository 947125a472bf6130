import type { Clock } from '../clock.ts'
import type { Crm } from '../civicrm/crm.ts'
import type { Credential } from '../civicrm/remote/connection.ts'
import { RemoteCrm } from '../civicrm/remote/remoteCrm.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'

/** The stored secrets of a site; null where no API key is stored. */
export function credentialOf(settings: Pick<Settings, 'secret'>, site: string): Credential | null {
  const apiKey = settings.secret(site, 'apiKey')
  return apiKey === null ? null : { apiKey, siteKey: settings.secret(site, 'siteKey') }
}

/**
 * Makes the CRM of a site: its CiviCRM, or the built-in contact store. Without an API key the calls go
 * out anonymously and come back as a credential's fault, which opens the site's breaker and says so.
 */
export function connectSite(
  settings: Pick<Settings, 'secret'>,
  builtin: (site: Site) => Crm,
  clock: Clock,
): (site: Site, onRequest?: () => void) => Crm {
  return (site, onRequest) => {
    if (site.crm.type === 'builtin') return builtin(site)
    const credential = credentialOf(settings, site.id) ?? { apiKey: '', siteKey: null }
    return new RemoteCrm({ settings: site.crm, credential, bounceTypes: site.bounceTypes, clock, onRequest })
  }
}

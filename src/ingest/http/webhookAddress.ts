/** Where a request was addressed: a site by its id, or null for the addresses that all sites share. */
export interface WebhookAddress {
  readonly site: string | null
}

/** The route of the `ses` extension, so that moving over needs no change at AWS. */
const route = 'civicrm/ses/webhook'

/** As in `siteIdSchema`; that there is such a site is for the acceptance to say. */
const siteId = /^[a-z0-9][a-z0-9-]{0,62}$/

const shared: WebhookAddress = { site: null }

/**
 * Reads the address of a request as a webhook's, in the forms in which SNS topics have been subscribed to
 * CiviCRM sites:
 *
 * - `/civicrm/ses/webhook` (Drupal, Backdrop, Standalone)
 * - `/?page=CiviCRM&q=civicrm%2fses%2fwebhook` and `/?civiwp=CiviCRM&q=…` (WordPress)
 * - `/index.php?option=com_civicrm&task=civicrm/ses/webhook` (Joomla)
 * - `/sns/{site}`, the gateway's own
 *
 * each also behind the path of a sub-folder. A subscription cannot be edited and its redirects are not
 * followed, so the reading is generous: letter case, slashes at either end or doubled, and text that was
 * escaped more than once on its way do not matter, nor what else stands in the query.
 *
 * Never throws.
 *
 * @param url the request's target: path and query
 * @returns null where it is none of these
 */
export function webhookAddress(url: string): WebhookAddress | null {
  const cut = url.indexOf('?')
  const path = segmentsOf(cut === -1 ? url : url.slice(0, cut))
  if (path.at(-2) === 'sns') {
    const site = path.at(-1) ?? ''
    if (siteId.test(site)) return { site }
  }
  if (path.slice(-3).join('/') === route) return shared
  return cut !== -1 && namesRoute(url.slice(cut + 1)) ? shared : null
}

/** Addresses that are remembered; a gateway's subscriptions name a few for each site. */
const remembered = 1000

/** Beyond this an address is read anew each time, so that what is remembered stays small. */
const longestRemembered = 256

/** {@link webhookAddress}, once for each address: all messages of a subscription come to the same one. */
export class WebhookAddresses {
  readonly #known = new Map<string, WebhookAddress | null>()

  read(url: string): WebhookAddress | null {
    const known = this.#known.get(url)
    if (known !== undefined) return known
    const address = webhookAddress(url)
    if (url.length > longestRemembered) return address
    // Who asks for ever other addresses only makes the next ones be read again.
    if (this.#known.size >= remembered) this.#known.clear()
    this.#known.set(url, address)
    return address
  }
}

/** CMSs pass CiviCRM's route in `q` or `task`; the other parameters only say whose route it is. */
function namesRoute(query: string): boolean {
  // URLSearchParams never throws, whatever the escapes.
  for (const [name, value] of new URLSearchParams(query)) {
    if (!/^(?:q|task)$/i.test(name)) continue
    if (segmentsOf(value).join('/') === route) return true
  }
  return false
}

/** Longer ones are no address of ours, and every segment costs. */
const longest = 2048

function segmentsOf(text: string): readonly string[] {
  if (text.length > longest) return []
  return unescapeFully(text)
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '')
}

/** Three times at most: a proxy or a form escapes the `%` of what another one escaped. */
function unescapeFully(text: string): string {
  let current = text
  for (let times = 0; times < 3 && current.includes('%'); times++) {
    try {
      current = decodeURIComponent(current)
    } catch {
      return current
    }
  }
  return current
}

import type { RemoteCrmSettings } from '../../../settings/site.ts'
import { CrmError } from '../../crm.ts'
import { Connection, type Credential, credentialMistake } from '../connection.ts'
import { type Identity, login } from '../login.ts'
import { type UrlForm, urlForms } from '../url.ts'
import { failed, failedBy, ok } from './check.ts'
import type { SiteCheck } from './report.ts'

export interface Entrance {
  readonly checks: readonly SiteCheck[]
  /** null where the rest cannot be tried. */
  readonly identity: Identity | null
}

/** Is there a site, is it CiviCRM in the form of address that the settings name, and does it know us? */
export async function checkEntrance(
  crm: RemoteCrmSettings,
  credential: Credential | null,
  connection: Connection,
): Promise<Entrance> {
  const reached = ok('connection', `The site at ${crm.url} answers.`)
  const addressed = ok('address', `CiviCRM is found in the form '${crm.urlForm}'.`)
  const mistake = credential === null ? null : credentialMistake(credential)
  if (mistake !== null)
    return { checks: [failed('login', `Nothing was asked: ${mistake}.`, storeAnew)], identity: null }
  try {
    if (credential === null) {
      await login(connection).catch(acceptAnonymous)
      return {
        checks: [reached, addressed, failed('login', 'No API key is stored for this site.', keyAdvice)],
        identity: null,
      }
    }
    const identity = await login(connection)
    const known = ok('login', `Logged in as contact ${identity.contactId}, user ${identity.userId}.`)
    return { checks: [reached, addressed, known], identity }
  } catch (error: unknown) {
    if (!(error instanceof CrmError)) throw error
    return { checks: await explainEntrance(error, crm, credential, [reached, addressed]), identity: null }
  }
}

const storeAnew = 'Store it anew: civicrm-ses sites edit SITE --api-key-file FILE, or --site-key-file FILE.'

const keyAdvice = 'Store the API key of the contact that the gateway logs in as (civicrm-ses sites --help).'

/** CiviCRM's own refusals prove the address; a firewall's page does not. */
function acceptAnonymous(error: unknown): void {
  if (!(error instanceof CrmError && error.kind === 'credential' && !error.message.includes('HTTP 403'))) throw error
}

async function explainEntrance(
  error: CrmError,
  crm: RemoteCrmSettings,
  credential: Credential | null,
  [reached, addressed]: readonly [SiteCheck, SiteCheck],
): Promise<readonly SiteCheck[]> {
  if (error.kind === 'credential') return [reached, addressed, failed('login', `${error.message}.`, loginAdvice(error))]
  if (error.kind !== 'address' && error.kind !== 'reply') return [failedBy('connection', error)]
  const form = await workingForm(crm, credential)
  const advice =
    form === null
      ? 'Check --url: scheme (https), host (with or without www), sub-folder; none of the forms clean, wordpress and joomla works there.'
      : `The form '${form}' works: set it with "sites edit" and --url-form ${form}.`
  return [reached, failed('address', `${error.message}.`, advice)]
}

/** AuthX refuses with fixed English sentences. */
function loginAdvice(error: CrmError): string {
  if (error.message.includes('guard'))
    return "Give 'authenticate with api key' to the role of the gateway's user (the contact needs a user), or store the site key."
  if (error.message.includes('no user account'))
    return 'Create a user for that contact and give it the role of the gateway.'
  if (error.message.includes('anonymous'))
    return 'A proxy or the web server removes the header X-Civi-Auth, or the extension AuthX is not enabled.'
  return "Check the API key (it stands at the contact's tab API Key) and whether the user is active."
}

/** Another form of address under which a CiviCRM answers. */
async function workingForm(crm: RemoteCrmSettings, credential: Credential | null): Promise<UrlForm | null> {
  for (const urlForm of urlForms.filter((form) => form !== crm.urlForm)) {
    const connection = new Connection({ ...crm, urlForm }, credential)
    try {
      await login(connection).catch(acceptAnonymous)
      return urlForm
    } catch {
      // Not this one either.
    } finally {
      await connection.close()
    }
  }
  return null
}

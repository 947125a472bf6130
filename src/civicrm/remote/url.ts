import type { RemoteCrmSettings } from '../../settings/site.ts'

/** How the CMS around CiviCRM writes its routes. */
export type UrlForm = RemoteCrmSettings['urlForm']

export const urlForms = ['clean', 'wordpress', 'joomla'] as const satisfies readonly UrlForm[]

/** Routes of CiviCRM that the gateway uses. */
export const routes = {
  /** APIv3, which alone runs core's bounce logic. */
  api3: 'civicrm/ajax/rest',
  /** Says who the credential is: the one reliable test of a login. */
  identity: 'civicrm/authx/id',
  api4: (entity: string, action: string): string => `civicrm/ajax/api4/${entity}/${action}`,
} as const

/**
 * The address of a route of CiviCRM.
 *
 * - `clean`: Standalone, Drupal, Backdrop, and WordPress with clean URLs.
 * - `wordpress`: works with every WordPress. Not `?page=CiviCRM`, which may redirect and lose the POST.
 * - `joomla`: the component's front end.
 *
 * @param site address of the CMS's front page; a sub-folder is kept, `index.php`, query and fragment are not.
 */
export function routeUrl(site: { readonly url: string; readonly urlForm: UrlForm }, route: string): URL {
  const url = new URL(site.url)
  url.search = ''
  url.hash = ''
  const folder = url.pathname.replace(/\/index\.php\/?$/, '/').replace(/\/*$/, '/')
  if (site.urlForm === 'clean') {
    url.pathname = folder + route
  } else if (site.urlForm === 'wordpress') {
    url.pathname = folder
    url.searchParams.set('civiwp', 'CiviCRM')
    url.searchParams.set('q', route)
  } else {
    url.pathname = `${folder}index.php`
    url.searchParams.set('option', 'com_civicrm')
    url.searchParams.set('task', route)
  }
  return url
}

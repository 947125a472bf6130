import { describe, expect, it } from 'vitest'
import { routes, routeUrl, type UrlForm } from './url.ts'

const cases: readonly (readonly [UrlForm, string, string])[] = [
  ['clean', 'https://crm.example.org', 'https://crm.example.org/civicrm/ajax/rest'],
  ['clean', 'https://crm.example.org/', 'https://crm.example.org/civicrm/ajax/rest'],
  ['clean', 'https://example.org/intern/crm', 'https://example.org/intern/crm/civicrm/ajax/rest'],
  ['clean', 'http://127.0.0.1:8080/?a=b#c', 'http://127.0.0.1:8080/civicrm/ajax/rest'],
  ['wordpress', 'https://example.org', 'https://example.org/?civiwp=CiviCRM&q=civicrm%2Fajax%2Frest'],
  ['wordpress', 'https://example.org/blog/', 'https://example.org/blog/?civiwp=CiviCRM&q=civicrm%2Fajax%2Frest'],
  ['wordpress', 'https://example.org/index.php', 'https://example.org/?civiwp=CiviCRM&q=civicrm%2Fajax%2Frest'],
  ['joomla', 'https://example.org', 'https://example.org/index.php?option=com_civicrm&task=civicrm%2Fajax%2Frest'],
  ['joomla', 'https://example.org/j/', 'https://example.org/j/index.php?option=com_civicrm&task=civicrm%2Fajax%2Frest'],
  [
    'joomla',
    'https://example.org/j/index.php',
    'https://example.org/j/index.php?option=com_civicrm&task=civicrm%2Fajax%2Frest',
  ],
]

describe('routeUrl', () => {
  it.each(cases)('writes the %s form for %s', (urlForm, url, expected) => {
    expect(routeUrl({ url, urlForm }, routes.api3).href).toBe(expected)
  })

  it('writes APIv4 routes', () => {
    expect(routeUrl({ url: 'https://crm.example.org', urlForm: 'clean' }, routes.api4('Email', 'get')).pathname).toBe(
      '/civicrm/ajax/api4/Email/get',
    )
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { webhookAddress } from './webhookAddress.ts'

describe('webhookAddress', () => {
  it.each([
    ['Drupal, Backdrop, Standalone', '/civicrm/ses/webhook'],
    ['a slash at the end', '/civicrm/ses/webhook/'],
    ['letter case', '/CiviCRM/SES/Webhook'],
    ['escaped slashes in the path', '/civicrm%2Fses%2fwebhook'],
    ['doubled slashes', '//civicrm//ses/webhook'],
    ['a sub-folder', '/crm/civicrm/ses/webhook'],
    ['Drupal with index.php', '/index.php/civicrm/ses/webhook'],
    ['a language in front', '/de/civicrm/ses/webhook?reset=1'],
    ['Drupal without clean URLs', '/?q=civicrm/ses/webhook'],
    ['WordPress, old form', '/?page=CiviCRM&q=civicrm%2fses%2fwebhook'],
    ['WordPress, new form', '/?civiwp=CiviCRM&q=civicrm/ses/webhook'],
    ['WordPress, capital escapes', '/?civiwp=CiviCRM&q=civicrm%2Fses%2Fwebhook'],
    ['WordPress, letter case', '/?civiwp=CiviCRM&q=CiviCRM%2FSES%2FWebhook'],
    ['WordPress, escaped twice', '/?civiwp=CiviCRM&q=civicrm%252fses%252fwebhook'],
    ['WordPress, all escaped', '/?civiwp=CiviCRM&q=%63%69vicrm%2fses%2fwebhoo%6B'],
    ['WordPress, slash in front and at the end', '/?civiwp=CiviCRM&q=/civicrm/ses/webhook/'],
    ['WordPress, base page', '/civicrm/?civiwp=CiviCRM&q=civicrm%2Fses%2Fwebhook'],
    ['WordPress, sub-folder', '/blog/?civiwp=CiviCRM&q=civicrm/ses/webhook'],
    ['WordPress, order of the parameters', '/?q=civicrm/ses/webhook&civiwp=CiviCRM'],
    ['WordPress, index.php', '/index.php?civiwp=CiviCRM&q=civicrm/ses/webhook'],
    ['Joomla', '/index.php?option=com_civicrm&task=civicrm/ses/webhook'],
    ['Joomla, escaped', '/index.php?option=com_civicrm&task=civicrm%2Fses%2Fwebhook&Itemid=12'],
    ['Joomla, search-engine friendly', '/component/civicrm/?task=civicrm/ses/webhook'],
    ['the whole address as target', 'https://crm.example.org/civicrm/ses/webhook'],
  ])('knows the shared address of %s', (_name, url) => {
    expect(webhookAddress(url)).toEqual({ site: null })
  })

  it.each([
    ['/sns/main', 'main'],
    ['/sns/main/', 'main'],
    ['/SNS/Main', 'main'],
    ['/sns/a-2?x=1', 'a-2'],
    ['/gateway/sns/main', 'main'],
    ['/sns/m%61in', 'main'],
    ['/sns/main?q=civicrm/ses/webhook', 'main'],
    [`/sns/${'a'.repeat(63)}`, 'a'.repeat(63)],
  ])('reads the site out of %s', (url, site) => {
    expect(webhookAddress(url)).toEqual({ site })
  })

  it.each([
    '/',
    '',
    '*',
    '/?',
    '/civicrm',
    '/civicrm/ses',
    '/civicrm/ses/webhook/more',
    '/civicrm/ses/webhooks',
    '/xcivicrm/ses/webhook',
    '/civicrm/sesame/webhook',
    '/?page=CiviCRM',
    '/?page=CiviCRM&q=civicrm/dashboard',
    '/?page=CiviCRM&q=civicrm/ses/webhook/more',
    '/?page=CiviCRM&question=civicrm/ses/webhook',
    '/?page=CiviCRM&q=civicrm%252525252fses%252525252fwebhook',
    '/sns',
    '/sns/',
    '/sns/../civicrm',
    '/sns/main/more',
    '/sns/-main',
    '/sns/ma_in',
    `/sns/${'a'.repeat(64)}`,
    '/sns/%zz',
    '/%zz/%',
    '/?q=%zz&task=%',
    '/snsmain',
  ])('knows no webhook in %s', (url) => {
    expect(webhookAddress(url)).toBeNull()
  })

  it('stays short of time for addresses of any length', () => {
    expect(webhookAddress(`/${'%25'.repeat(100_000)}`)).toBeNull()
    expect(webhookAddress(`/${'a/'.repeat(100_000)}sns/main`)).toBeNull()
    expect(webhookAddress(`/?q=${'%252f'.repeat(100_000)}`)).toBeNull()
  })

  it('never throws, and names only sites whose id could be one', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('sns', 'civicrm', 'ses', 'webhook', '/', '?', 'q=', 'task=', '&', '%2f', '%252F', '%', '..', '#'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(webhookAddress(pieces.join(''))?.site ?? 'none').toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/)
      }),
    )
  })

  it('reads the same whatever letters of the route are escaped, once or twice, or capital', () => {
    const route = 'civicrm/ses/webhook'.split('')
    const disguised = fc.tuple(
      ...route.map((letter) =>
        fc.constantFrom(
          letter,
          letter.toUpperCase(),
          escapeOf(letter),
          escapeOf(letter).toUpperCase(),
          `%25${escapeOf(letter).slice(1)}`,
        ),
      ),
    )
    const form = fc.constantFrom('/?page=CiviCRM&q=', '/?civiwp=CiviCRM&q=', '/index.php?option=com_civicrm&task=', '/')
    fc.assert(
      fc.property(form, disguised, (before, letters) => {
        expect(webhookAddress(before + letters.join(''))).toEqual({ site: null })
      }),
    )
  })
})

function escapeOf(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`
}

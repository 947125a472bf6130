import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { webhookAddress } from './webhookAddress.ts'

/**
 * The files in deploy/ choose by regular expressions what a web server in front passes on. They must know
 * every spelling in which AWS may hold an address, and nothing of the CMS that the gateway would answer 404.
 * That the servers themselves read the files so, was tried with each; this keeps the files and the gateway
 * from drifting apart.
 */
interface WebServer {
  readonly name: string
  readonly file: string
  /** A rule: what of the request it looks at (1) and the expression (2), in which letter case does not matter. */
  readonly rule: RegExp
}

const webServers: readonly WebServer[] = [
  { name: 'nginx', file: 'nginx.conf', rule: /if \(\$(request_uri) ~\* "(.+)"\)/g },
  { name: 'Apache', file: 'apache.conf', rule: /RewriteCond %\{(REQUEST_URI|QUERY_STRING)\} "(.+)" \[NC\]/g },
  { name: 'Caddy', file: 'Caddyfile', rule: /@\w+ (path_regexp|vars_regexp \{query\}) \(\?i\)(.+)$/gm },
]

function passesOn({ file, rule }: WebServer, url: string): boolean {
  const text = readFileSync(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8')
  const rules = [...text.matchAll(rule)]
  expect(rules).toHaveLength(3)
  const { pathname, search } = new URL(url, 'http://localhost')
  return rules.some(([, subject = '', expression = '']) => {
    const seen =
      subject === 'request_uri' ? url : /query/i.test(subject) ? search.slice(1) : decodeURIComponent(pathname)
    return new RegExp(expression, 'i').test(seen)
  })
}

describe.each(webServers)('deploy/$file', (server) => {
  it.each([
    '/sns/main',
    '/sns/main/',
    '/SNS/Main',
    '/sns/a-2?x=1',
    '/civicrm/ses/webhook',
    '/civicrm/ses/webhook/',
    '/CiviCRM/SES/Webhook',
    '/civicrm/ses/webhook?reset=1',
    '/crm/civicrm/ses/webhook',
    '/index.php/civicrm/ses/webhook',
    '/b%C3%BCro/civicrm/ses/webhook',
    '/?page=CiviCRM&q=civicrm%2fses%2fwebhook',
    '/?page=CiviCRM&q=civicrm%2Fses%2Fwebhook',
    '/?PAGE=CIVICRM&Q=CIVICRM%2FSES%2FWEBHOOK',
    '/?civiwp=CiviCRM&q=civicrm/ses/webhook',
    '/?q=civicrm/ses/webhook&civiwp=CiviCRM',
    '/?civiwp=CiviCRM&q=/civicrm/ses/webhook/',
    '/?civiwp=CiviCRM&q=civicrm%252Fses%252fwebhook',
    '/crm/?civiwp=CiviCRM&q=civicrm%2Fses%2Fwebhook&lang=de',
    '/?q=civicrm/ses/webhook',
    '/index.php?option=com_civicrm&task=civicrm/ses/webhook',
    '/index.php?task=civicrm%2Fses%2Fwebhook&option=com_civicrm&Itemid=12',
    '/component/civicrm/?task=civicrm/ses/webhook',
  ])('passes on %s, which the gateway knows', (url) => {
    expect(passesOn(server, url)).toBe(true)
    expect(webhookAddress(url)).not.toBeNull()
  })

  it.each([
    '/',
    '/?page=CiviCRM&q=civicrm%2fdashboard',
    '/civicrm/ses',
    '/civicrm/ses/webhookx',
    '/civicrm/ses/webhook/more',
    '/xcivicrm/ses/webhook',
    '/?q=xcivicrm/ses/webhook',
    '/?q=civicrm/ses/webhookx',
    '/?q=civicrm/ses/webhook/more',
    '/?question=civicrm/ses/webhook',
    '/?xq=civicrm/ses/webhook',
    '/?s=/civicrm/ses/webhook',
    '/index.php?option=com_civicrm&task=civicrm/mailing',
    '/sns',
    '/sns/',
    '/snsmain',
    '/sns/main/more',
    '/healthz',
    '/metrics',
  ])('leaves %s to the CMS', (url) => {
    expect(passesOn(server, url)).toBe(false)
    expect(webhookAddress(url)).toBeNull()
  })
})

import { checkPolicy } from '../civimail/policy/check.ts'
import { policyContent } from '../civimail/policy/presets.ts'
import type { Site } from '../settings/site.ts'
import { isTimeZone } from '../settings/timeZone.ts'
import { alarmRisks } from './alarmRisks.ts'
import { isLoopback } from './loopback.ts'
import type { Risk } from './risk.ts'
import type { Config } from './schema.ts'

/** @param certificates file names in the certificates folder; [] without one */
export function configRisks(config: Config, certificates: readonly string[]): readonly Risk[] {
  const risks: Risk[] = []
  const { host } = config.listen
  if (!isLoopback(host)) {
    risks.push({
      about: 'listen.host',
      message: `listening on ${host} without TLS: SNS needs HTTPS with a public certificate, so put a web server in front and listen on 127.0.0.1`,
    })
    if (config.metricsAccess === 'any') {
      risks.push({ about: 'metricsAccess', message: 'everyone who reaches the webhook can read /metrics' })
    }
  }
  if (config.databaseDurability === 'any') {
    risks.push({
      about: 'databaseDurability',
      message: 'a database server that answers before a commit is on its disk loses what was acknowledged to SNS',
    })
  }
  if (config.certificatesFolder !== null) {
    risks.push({
      about: 'certificatesFolder',
      message: certificates.some((name) => name.endsWith('.pem'))
        ? 'certificates are not fetched: Amazon renews them every year, and without the new file in time all notifications are answered 503'
        : 'the folder holds no certificate (*.pem): every notification will be answered 503',
    })
  }
  if (config.stopSeconds < 5) {
    risks.push({
      about: 'stopSeconds',
      message: 'so short a stop breaks calls to CiviCRM off; without administrator rights they end as uncertain',
    })
  }
  if (config.minimumFreeMiB === 0) {
    risks.push({
      about: 'minimumFreeMiB',
      message: 'the disk may fill up to the last byte, which other programs bear badly',
    })
  }
  return [...risks, ...alarmRisks(config.alarms)]
}

export function siteRisks(site: Site): readonly Risk[] {
  const risks: Risk[] = []
  const add = (message: string): void => void risks.push({ about: `site ${site.id}`, message })
  if (site.topics.length === 0) add('no topic is allowed: all its notifications are refused')
  if (site.topics.some((topic) => /^\d{12}$/.test(topic))) {
    add('an AWS account number allows every topic of that account, also those of other software')
  }
  if (site.mail.senderDomains.length === 0) {
    add('no sender domains: mail of other software in the same SES account would be matched by address')
  }
  if (site.mail.domains.length === 0)
    add("no domain of CiviCRM's mail settings: any VERP address is taken for this site's")
  if (site.mail.localpart === null)
    add("the localpart of CiviCRM's mail settings is unknown: bounce addresses are guessed from the right")
  if (site.mode === 'watch') add('watch mode: nothing is written to CiviCRM')
  if (site.mode === 'paused') add('paused: notifications wait')
  if (site.crm.type === 'civicrm') {
    const url = new URL(site.crm.url)
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) add('http: the API key travels in the clear')
    const { timeZone } = site.crm
    if (timeZone !== null && !isTimeZone(timeZone))
      add(`${JSON.stringify(timeZone)} is no time zone: nothing can be recorded; --time-zone ask has it measured`)
    if (site.crm.longestRequestSeconds < site.crm.timeoutSeconds) {
      add(
        'longest-request is shorter than timeout: a call could still be running when the gateway looks for its result',
      )
    }
  }
  for (const { rule, message } of checkPolicy(policyContent(site.policy))) {
    add(`policy${rule === null ? '' : `, rule ${rule}`}: ${message}`)
  }
  for (const [name, { threshold }] of Object.entries(site.bounceTypes)) {
    if (threshold === 0 && (name === 'Invalid' || name === 'Spam'))
      add(`threshold 0 for ${name}: such addresses are never put on hold`)
  }
  return risks
}

/** Without a key nothing can be asked of the site: all that comes for it waits. */
export function keylessRisks(site: Site & { readonly hasApiKey: boolean }): readonly Risk[] {
  if (site.crm.type === 'builtin' || site.hasApiKey) return []
  const message = `no API key: its notifications wait. Give it one: civicrm-ses sites edit ${site.id} --api-key-file FILE`
  return [{ about: `site ${site.id}`, message }]
}

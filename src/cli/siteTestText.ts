import type { CheckName, CheckResult, SiteTestReport } from '../civicrm/remote/siteTest.ts'

const titles: Readonly<Record<CheckName, string>> = {
  connection: 'Connection',
  address: 'Address',
  login: 'Login',
  accessCivicrm: 'access CiviCRM',
  accessCivimail: 'access CiviMail',
  viewContacts: 'view all contacts',
  editContacts: 'edit all contacts',
  administrator: 'administer CiviCRM',
  timeZone: 'Time zone',
  bounceTypes: 'Bounce types',
  mailSettings: 'Mail settings',
  otherHandlers: 'Other handlers',
  bounceMailbox: 'Bounce mailbox',
}

const words: Readonly<Record<CheckResult, string>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'FAILED',
  unknown: '?',
}

/** The report as a person reads it: one line for each check, what to do under it. */
export function siteTestText(report: SiteTestReport): string {
  const width = Math.max(...Object.values(titles).map((title) => title.length))
  const lines = report.checks.flatMap(({ check, result, says, advice }) => [
    `${words[result].padEnd(8)} ${titles[check].padEnd(width)}  ${says}\n`,
    ...(advice === null ? [] : [`${' '.repeat(8 + 1 + width)}  -> ${advice}\n`]),
  ])
  const verdict = report.ok
    ? report.administrator === true
      ? 'Effects can be recorded; lost answers can be looked up.\n'
      : 'Effects can be recorded. A lost answer cannot be looked up without administrator rights: it stays "uncertain".\n'
    : 'Nothing can be recorded like this.\n'
  return `${lines.join('')}\n${verdict}`
}

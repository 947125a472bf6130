import type { CheckName, CheckResult, SiteTestReport } from '../civicrm/remote/siteTest.ts'
import { notTried } from '../civicrm/remote/siteTest/report.ts'
import { wrap } from './output.ts'

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

/** Below so many columns what is said of a check stands under its name. */
const narrow = 80

/** The report as a person reads it: an entry for each check that was made, what to do under it. */
export function siteTestText(report: SiteTestReport, columns: number | null = null): string {
  const widest = Math.max(...Object.values(titles).map((title) => title.length))
  const isNarrow = columns !== null && columns < narrow
  const indent = isNarrow ? 4 : 8 + 1 + widest + 2
  const folded = (text: string): string =>
    wrap(text, columns === null ? Infinity : columns - indent).join(`\n${' '.repeat(indent)}`)
  const entry = (word: string, title: string, says: string): string =>
    isNarrow
      ? `${word.padEnd(8)} ${title}\n${' '.repeat(indent)}${folded(says)}\n`
      : `${word.padEnd(8)} ${title.padEnd(widest)}  ${folded(says)}\n`
  const untried = report.checks.filter(({ says }) => says === notTried).map(({ check }) => titles[check])
  const lines = report.checks
    .filter(({ says }) => says !== notTried)
    .flatMap(({ check, result, says, advice }) => [
      entry(words[result], titles[check], says),
      ...(advice === null ? [] : [`${' '.repeat(indent)}${folded(`-> ${advice}`)}\n`]),
    ])
  if (untried.length > 0)
    lines.push(entry(words.unknown, 'Not tried', `since something before failed: ${untried.join(', ')}`))
  const verdict = report.ok
    ? report.administrator === true
      ? 'Effects can be recorded; lost answers can be looked up.\n'
      : 'Effects can be recorded. A lost answer cannot be looked up without administrator rights: it stays "uncertain".\n'
    : 'Nothing can be recorded like this.\n'
  return `${lines.join('')}\n${verdict}`
}

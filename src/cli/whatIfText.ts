import type { OutputOf } from '../control/call.ts'
import { readableAddress } from '../ses/addresses.ts'
import { facts, table } from './output.ts'

type Report = OutputOf<'policy.diff'>

/** Kinds of changes that are shown; the rest is in `--json`. */
const mostChanges = 30

/** What `policy diff` found, for a person. */
export function whatIfText(report: Report, width: number | null): string {
  const parts = [
    warnings(report),
    changes(report, width),
    people(report, width),
    counts(report),
    honesty(report),
    milder(report),
    report.brokenOff ? 'It broke off before it was through: the numbers are of a part.\n' : '',
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function warnings({ policy, warnings: found }: Report): string {
  return found.map(({ rule, message }) => `Warning: ${rule ?? policy}: ${message}\n`).join('')
}

function changes({ changes: all }: Report, width: number | null): string {
  if (all.length === 0) return ''
  return table(
    [
      { title: 'Site', value: (one) => one.site },
      { title: 'Events', value: (one) => one.events },
      { title: 'Recipients', value: (one) => one.recipients },
      { title: 'Rule', value: (one) => one.beforeRule },
      { title: 'does', value: (one) => one.before },
      { title: 'Would be', value: (one) => one.afterRule },
      { title: 'and do', value: (one) => one.after },
    ],
    all.slice(0, mostChanges),
    width,
  )
}

function people({ details, recipients }: Report, width: number | null): string {
  const { harsher, milder, mixed, counting } = recipients
  const all = harsher + milder + mixed + counting
  if (all === 0) return 'Nobody would fare otherwise.\n'
  const rest = all - details.length
  const shown = table(
    [
      { title: 'Site', value: (one) => one.site },
      { title: 'Recipient', value: (one) => readableAddress(one.recipient) },
      { title: '', value: (one) => one.direction },
      { title: 'Before and after', value: ({ before, after }) => `${before}; it would be: ${after}.` },
    ],
    details,
    width,
  )
  return rest > 0 ? `${shown}… and ${rest} more (--limit).\n` : shown
}

function counts({ policy, sites, events, recipients }: Report): string {
  return facts([
    ['policy', policy],
    ['sites', sites.join(', ')],
    ['mail events compared', events.compared],
    ['decided otherwise', events.otherwise],
    ['recipients looked at', recipients.looked],
    ['would fare harsher', recipients.harsher],
    ['would fare milder', recipients.milder],
    ['partly harsher, partly milder', recipients.mixed],
    ['only counts differ', recipients.counting],
  ])
}

/** What the comparison does not know. */
function honesty({ events: { assumed, nameless, setAside }, recipients }: Report): string {
  const sentences = [
    assumed === 0
      ? ''
      : `${assumed} mail events were decided as if the address were known and the mailing there: what CiviCRM knew then was not asked, or is no longer kept.`,
    nameless === 0 ? '' : `${nameless} were left out: their addresses are no longer kept.`,
    setAside === 0 ? '' : `${setAside} were left out: set aside as a fault of the provider; a person decides.`,
    recipients.counting + recipients.harsher + recipients.milder + recipients.mixed === 0
      ? ''
      : 'Bounces are counted within this history alone; CiviCRM may have older ones, and reach a threshold sooner.',
  ]
  return sentences
    .filter((sentence) => sentence !== '')
    .map((sentence) => `${sentence}\n`)
    .join('')
}

function milder({ milderRules }: Report): string {
  if (milderRules.length === 0) return ''
  const commands = milderRules.map(
    ({ site, rule, recipients }) => `  civicrm-ses undo --site ${site} --rule ${rule}   (${recipients} recipients)\n`,
  )
  return `A new policy takes nothing back by itself. What was done to those who would fare milder:\n${commands.join('')}`
}

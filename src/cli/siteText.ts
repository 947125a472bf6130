import type { LaneStanding } from '../control/laneStanding.ts'
import type { ShownSite, WatchedSite } from '../control/operations/sites.ts'
import type { RemoteCrmSettings } from '../settings/site.ts'
import { calledText, portionsText } from './laneText.ts'
import { facts, json, table } from './output.ts'

export function listText(sites: readonly ShownSite[]): string {
  if (sites.length === 0) return 'No sites yet. Add one: civicrm-ses sites add --help\n'
  return table(
    [
      { title: 'Site', value: (site) => site.id },
      { title: 'Mode', value: (site) => site.mode },
      { title: 'Topics', value: (site) => site.topics.length },
      { title: 'Policy', value: policyName },
      { title: 'CRM', value: (site) => (site.crm.type === 'civicrm' ? site.crm.url : 'built-in contact store') },
    ],
    sites,
  )
}

function policyName(site: ShownSite): string {
  return 'preset' in site.policy ? site.policy.preset : `${site.policy.name}@${site.policy.version}`
}

export function showText(site: ShownSite & Partial<WatchedSite>): string {
  return facts([
    ['site', site.id],
    ['name', site.name],
    ['mode', site.mode],
    ['CRM', site.crm.type === 'civicrm' ? `${site.crm.url} (${site.crm.urlForm})` : 'built-in contact store'],
    ['API key', site.crm.type === 'builtin' ? 'not needed' : site.hasApiKey ? 'stored' : 'none'],
    [
      'bounce addresses',
      `${site.mail.localpart ?? '(localpart unknown) '}b${site.mail.separator}…@${site.mail.domains.join(', ')}`,
    ],
    ['sends from', site.mail.senderDomains.join(', ') || 'any domain'],
    ['topics', site.topics.join(', ') || 'none'],
    ['policy', policyName(site)],
    ...(site.crm.type === 'civicrm' ? [['time zone', site.crm.timeZone ?? 'asked of the site'] as const] : []),
    ...(site.crm.type === 'civicrm' ? limitsFacts(site.crm) : []),
    ...(site.lane === undefined || site.lane === null ? [] : laneFacts(site.lane)),
  ])
}

function limitsFacts(crm: RemoteCrmSettings): readonly (readonly [string, string])[] {
  const rate = crm.requestsPerSecond === null ? '' : `, ${crm.requestsPerSecond} in a second`
  return [
    ['requests', `${crm.requestsAtOnce} at once${rate}, at most ${crm.batchSize} bounces in each`],
    ['patience', `${crm.timeoutSeconds} s for an answer; after ${crm.longestRequestSeconds} s none can be running`],
  ]
}

function laneFacts(lane: LaneStanding): readonly (readonly [string, string])[] {
  const because = lane.fault ?? lane.bounces.because ?? lane.reads.because
  return [
    ['called', calledText(lane)],
    ['in one request now', portionsText(lane)],
    ...(because === null ? [] : [['last fault', because] as const]),
  ]
}

export function changesText(
  changes: readonly {
    site?: string
    queue?: string
    change: string
    differences: readonly { setting: string; from?: unknown; to?: unknown }[]
  }[],
  dryRun: boolean,
): string {
  const lines = changes.flatMap(({ site, queue, change, differences }) => [
    `${change.padEnd(6)} ${site ?? `queue ${queue}`}\n`,
    ...differences.map(({ setting, from, to }) => `       ${setting}: ${valueText(from)} -> ${valueText(to)}\n`),
  ])
  return lines.join('') + (dryRun ? 'Nothing was changed (dry run).\n' : '')
}

/** Characters of a value that stands on its setting's line. */
const shortValue = 60

/** As JSON; what takes several lines stays in the column of its setting. */
function valueText(value: unknown): string {
  const line = JSON.stringify(value ?? null)
  return line.length <= shortValue ? line : json(value).trim().replaceAll('\n', '\n       ')
}

/** What is still missing, after a site was saved. */
export function nextSteps(site: ShownSite): string {
  const steps: string[] = []
  if (site.crm.type === 'civicrm' && !site.hasApiKey)
    steps.push(`give it an API key: civicrm-ses sites edit ${site.id} --api-key-file FILE`)
  if (site.topics.length === 0) steps.push(`allow its SNS topic: civicrm-ses topics allow ARN --site ${site.id}`)
  if (site.crm.type === 'civicrm') steps.push(`try it: civicrm-ses sites test ${site.id}`)
  return steps.length === 0 ? '' : `\nNext:\n${steps.map((step) => `  - ${step}\n`).join('')}`
}

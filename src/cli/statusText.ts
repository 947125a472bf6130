import type { OutputOf } from '../control/call.ts'
import { attentionText } from './attentionText.ts'
import { effectName } from './effectText.ts'
import { calledText, portionsText } from './laneText.ts'
import { table, when } from './output.ts'
import { refusalsText } from './refusalsText.ts'

export interface Status extends OutputOf<'status'> {
  /** null: none was found. */
  readonly configFile: string | null
  readonly dataFolder: string
}

/** What needs a person comes first, then what goes on by itself. */
export function statusText(status: Status, width: number | null = null): string {
  const { configFile, dataFolder, refusals } = status
  return [
    status.running ? 'The gateway is running.\n' : 'The gateway is not running.\n',
    `Data folder: ${dataFolder}. Configuration: ${configFile ?? 'no file found, so the defaults and the environment'}.\n`,
    attentionText(status, width),
    waitingText(status.backlog),
    troubleText(status.lanes, width),
    status.queues === null ? '' : queuesText(status.queues, width),
    effectsText(status.effects),
    unclaimedText(status.unclaimed),
    refusals === null ? '' : refusalsText(refusals, width),
  ].join('')
}

function waitingText(backlog: Status['backlog']): string {
  if (backlog.length === 0) return '\nNothing waits.\n'
  const lanes = table(
    [
      { title: 'Site', value: (lane) => laneName(lane) },
      { title: 'Notifications', value: (lane) => lane.waiting },
      { title: 'Oldest (UTC)', value: (lane) => when(lane.oldestReceivedAt) },
    ],
    backlog,
  )
  const ofRemoved = backlog.some(({ mode }) => mode === 'removed')
  return `\nWaiting:\n${lanes}${ofRemoved ? '\nWhat waits for a removed site is kept: civicrm-ses waiting --help\n' : ''}`
}

function laneName({ site, mode }: Status['backlog'][number]): string {
  if (mode === 'no site') return '(no site)'
  return mode === 'removed' || mode === 'paused' ? `${site} (${mode})` : site
}

function troubleText(lanes: Status['lanes'], width: number | null): string {
  if (lanes.length === 0) return ''
  return `\nSites in trouble:\n${table(
    [
      { title: 'Site', value: (lane) => lane.site },
      { title: 'Called', value: calledText },
      { title: 'In one request', value: portionsText },
      { title: 'Last fault', value: ({ fault, bounces, reads }) => fault ?? bounces.because ?? reads.because },
    ],
    lanes,
    width,
  )}${lanes.some(({ fault }) => fault !== null) ? '\nWhen one is repaired, go on at once: civicrm-ses sites resume SITE\n' : ''}`
}

function queuesText(queues: NonNullable<Status['queues']>, width: number | null): string {
  if (queues.length === 0) return ''
  return `\nQueues:\n${table(
    [
      { title: 'Queue', value: (one) => one.arn },
      { title: 'State', value: (one) => one.state },
      { title: 'Waiting', value: (one) => one.waiting },
      { title: 'Received', value: (one) => one.received },
      { title: 'Trouble', value: (one) => one.error ?? '' },
    ],
    queues,
    width,
  )}`
}

function effectsText(effects: Status['effects']): string {
  if (effects.length === 0) return ''
  return `\nEffects:\n${table(
    [
      { title: 'Site', value: (one) => one.site || '(no site)' },
      { title: 'Effect', value: (one) => effectName(one.effect) },
      { title: 'State', value: (one) => one.state },
      { title: 'Count', value: (one) => one.count },
    ],
    effects,
  )}`
}

function unclaimedText({ count, more }: Status['unclaimed']): string {
  if (count === 0) return ''
  const number = more ? `more than ${count}` : String(count)
  return (
    `\nKept for no site, mail events of the last 7 days: ${number}.\n` +
    'Where several sites share a topic, none claimed them: civicrm-ses check, civicrm-ses events --standing foreign\n'
  )
}

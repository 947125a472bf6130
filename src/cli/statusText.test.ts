import { describe, expect, it } from 'vitest'
import type { Health } from '../ops/health.ts'
import { type Status, statusText } from './statusText.ts'

const at = Date.UTC(2026, 10, 29, 2, 36)

const calm: Status = {
  at,
  running: true,
  health: null,
  alarms: [],
  deadLetters: 0,
  backlog: [],
  lanes: [],
  queues: [],
  effects: [],
  unclaimed: { count: 0, more: false },
  refusals: { total: 0, byCode: [], recent: [] },
  configFile: '/etc/civicrm-ses.yaml',
  dataFolder: '/var/lib/civicrm-ses',
}

const well: Health = {
  ready: true,
  status: 'ok',
  checks: { process: 'ok', database: 'ok', disk: 'ok', backlog: 'ok', civicrm: 'ok', queues: 'ok' },
  waiting: 0,
  oldestSeconds: 0,
  openBreakers: 0,
  failingQueues: 0,
  alarms: 0,
  freeMiB: 900,
}

describe('status', () => {
  it('says little where all is well, and where it looked', () => {
    expect(statusText({ ...calm, health: well })).toBe(
      'The gateway is running.\n' +
        'Data folder: /var/lib/civicrm-ses. Configuration: /etc/civicrm-ses.yaml.\n\nNothing waits.\n',
    )
  })

  it('names effects as the options of the commands do', () => {
    const effects = [{ site: 'main', effect: 'optOut', state: 'done', count: 3 }] as const
    expect(statusText({ ...calm, effects: [...effects] })).toMatch(/main +opt-out +done +3\n/)
  })

  it('says that no configuration file was found', () => {
    expect(statusText({ ...calm, configFile: null })).toContain(
      'Configuration: no file found, so the defaults and the environment.',
    )
  })

  it('begins with what needs a person, first of all that nothing is taken on', () => {
    const text = statusText({
      ...calm,
      health: { ...well, ready: false, status: 'unready', checks: { ...well.checks, disk: 'failed' }, freeMiB: 12 },
      deadLetters: 3,
      effects: [
        { site: 'main', effect: 'bounce', state: 'uncertain', count: 2 },
        { site: 'other', effect: 'bounce', state: 'uncertain', count: 5 },
        { site: 'main', effect: 'bounce', state: 'done', count: 40 },
      ],
      alarms: [
        { kind: 'deadLetter', title: 'Notifications became dead letters', since: at, detail: '', subjects: ['main'] },
        { kind: 'diskLow', title: 'The disk is nearly full', since: at, detail: '12 MiB are free.', subjects: ['box'] },
      ],
    })
    expect(text.slice(0, text.indexOf('\nNothing waits.')).split('\n').slice(2)).toEqual([
      '',
      'Needs a person:',
      "  - No notification is taken on, each is answered 503: the data folder's disk has less free space than " +
        'minimumFreeMiB (12 MiB are free). SNS gives up after about a minute, or as late as its delivery policy says (an hour at most).',
      '  - Dead letters: 3. See why: civicrm-ses dead-letters',
      '  - Whether it stands in CiviCRM cannot be known: 7. See which: civicrm-ses uncertain list',
      '  - The disk is nearly full (box), since 2026-11-29 02:36:00 UTC. 12 MiB are free.',
      '  - What to do about the alarms: civicrm-ses alarms',
      '',
    ])
  })

  it('tells the same alarm of many sites once, with a few names', () => {
    const subjects = ['a', 'b', 'c', 'd', 'e']
    const text = statusText({
      ...calm,
      alarms: [{ kind: 'breakerOpen', title: 'A site is not called', since: at, detail: 'of a', subjects }],
    })
    expect(text).toContain('A site is not called (a, b, c and 2 more), since 2026-11-29 02:36:00 UTC.\n')
    expect(text).not.toContain('of a')
  })

  it('tells equal refusals once, with their number and the last time', () => {
    const refused = (minutes: number, reason: string) =>
      ({
        at: at - minutes * 60_000,
        channel: 'https',
        code: 'SNS_TOPIC_NOT_ALLOWED',
        reason,
        topicArn: 'arn:aws:sns:eu-west-1:111122223333:ses',
        addressed: '',
      }) as const
    const full = { ...refused(0, ''), code: 'GATEWAY_DISK_LOW', topicArn: '', addressed: 'main' } as const
    const recent = [
      full,
      refused(1, 'not allowed'),
      refused(2, 'not allowed'),
      refused(3, 'not allowed'),
      refused(4, 'other'),
    ]
    const byCode = [
      { code: 'SNS_TOPIC_NOT_ALLOWED', count: 4 },
      { code: 'GATEWAY_DISK_LOW', count: 1 },
    ] as const
    const text = statusText({ ...calm, refusals: { total: 5, byCode, recent } }, 100)
    const rows = text.slice(text.indexOf('\nIn particular:\n')).split('\n').slice(3, -1)
    expect(rows.filter((row) => row.startsWith('2026')).map((row) => row.replaceAll(/ {2,}/g, '  '))).toEqual([
      '2026-11-29 02:36:00  1  GATEWAY_DISK_LOW  addressed to the site "main": The data folder\'s',
      '2026-11-29 02:35:00  3  SNS_TOPIC_NOT_ALLOWED  arn:aws:sns:eu-west-1:111122223333:ses: not',
      '2026-11-29 02:32:00  1  SNS_TOPIC_NOT_ALLOWED  arn:aws:sns:eu-west-1:111122223333:ses: other',
    ])
    expect(rows.every((row) => row.length <= 100)).toBe(true)
  })
})

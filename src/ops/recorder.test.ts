import { describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import type { EffectSettled, RecorderEvents } from '../recorder/events.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { createLog } from './log.ts'
import { logRecorder } from './logRecorder.ts'
import { createRegistry } from './metrics.ts'
import { OpenBreakers } from './openBreakers.ts'
import { countRecorder } from './recorderMetrics.ts'

const settled: EffectSettled = {
  site: 'main',
  eventId: 1,
  effectId: 1,
  effect: 'bounce',
  bounceType: 'Invalid',
  state: 'done',
}
const opened = { site: 'main', until: 0, code: 'CIVICRM_CREDENTIAL', reason: 'r', needsRepair: true } as const

function setUp(level: 'info' | 'debug' = 'info') {
  const lines: string[] = []
  const log = createLog({ level, destination: { write: (line) => void lines.push(line) } })
  const events = new Emitter<RecorderEvents>()
  const time = new FakeTime()
  const end = logRecorder(events, log, time)
  return { events, time, end, parsed: (): unknown[] => lines.map((line): unknown => JSON.parse(line)) }
}

describe('countRecorder', () => {
  it('counts what is recorded, with bounded labels', async () => {
    const events = new Emitter<RecorderEvents>()
    const registry = createRegistry()
    const end = countRecorder(events, registry)
    events.emit('batchFinished', { site: 'main', notifications: 6, recorded: 3, deferred: 2, dead: 1, elapsedMs: 5 })
    events.emit('eventDecided', { site: 'main', eventId: 1, kind: 'bounce', rule: 'r', standing: 'effective' })
    events.emit('eventDecided', { site: 'main', eventId: 2, kind: 'inventedLater', rule: 'r', standing: 'none' })
    events.emit('effectSettled', settled)
    events.emit('effectSettled', { ...settled, state: 'uncertain' })
    events.emit('effectSettled', { ...settled, effect: 'optOut', bounceType: null })
    events.emit('crmCall', { site: 'main', call: 'recordBounces', items: 100, outcome: 'ok', elapsedMs: 300 })
    events.emit('deadLetter', { site: 'main', notificationId: 1, code: 'SNS_ENVELOPE_INVALID', reason: 'r' })
    events.emit('uncertain', { site: 'main', eventId: 1, effectId: 1 })
    events.emit('alarm', { site: 'main', eventId: 1, about: 'a' })
    events.emit('fault', { where: 'w', site: 'main', error: new Error('e') })
    const text = await registry.metrics()
    for (const line of [
      'recorded_total{site="main",end="recorded"} 3',
      'recorded_total{site="main",end="deferred"} 2',
      'recorded_total{site="main",end="dead"} 1',
      'decided_total{kind="bounce",standing="effective"} 1',
      'decided_total{kind="other",standing="none"} 1',
      'effects_settled_total{effect="bounce",state="done"} 1',
      'effects_settled_total{effect="bounce",state="uncertain"} 1',
      'effects_settled_total{effect="optOut",state="done"} 1',
      'bounces_total{bounce_type="Invalid"} 1',
      'civicrm_calls_total{site="main",outcome="ok"} 1',
      'civicrm_call_seconds_bucket{le="0.25",call="recordBounces"} 0',
      'civicrm_call_seconds_bucket{le="0.5",call="recordBounces"} 1',
      'buried_total{reason="SNS_ENVELOPE_INVALID"} 1',
      'uncertain_total{site="main"} 1',
      'alarms_total{site="main"} 1',
      'recorder_faults_total 1',
    ])
      expect(text).toContain(`civicrm_ses_${line}\n`)
    expect(text).not.toContain('inventedLater')
    end()
    events.emit('alarm', { site: 'main', eventId: 1, about: 'a' })
    expect(await registry.metrics()).toContain('civicrm_ses_alarms_total{site="main"} 1\n')
  })
})

describe('OpenBreakers', () => {
  it('knows the sites that are not called, and forgets those that were removed', () => {
    const events = new Emitter<RecorderEvents>()
    const sites = new Set(['main', 'other'])
    const open = new OpenBreakers(events, (id) => sites.has(id))
    events.emit('breakerOpened', opened)
    events.emit('breakerOpened', { ...opened, site: 'other' })
    events.emit('breakerOpened', opened)
    expect(open.sites()).toEqual(['main', 'other'])
    events.emit('breakerClosed', { site: 'main' })
    expect(open.sites()).toEqual(['other'])
    sites.delete('other')
    expect(open.sites()).toEqual([])
  })

  it('counts a site of which cannot be read whether it is still there', () => {
    const events = new Emitter<RecorderEvents>()
    const open = new OpenBreakers(events, () => {
      throw new Error('a newer version wrote it')
    })
    events.emit('breakerOpened', opened)
    expect(open.sites()).toEqual(['main'])
  })
})

describe('logRecorder', () => {
  it('has no line for what goes well', () => {
    const { events, parsed } = setUp()
    events.emit('batchFinished', { site: 'main', notifications: 1, recorded: 1, deferred: 0, dead: 0, elapsedMs: 5 })
    events.emit('eventDecided', { site: 'main', eventId: 1, kind: 'bounce', rule: 'r', standing: 'effective' })
    events.emit('effectSettled', settled)
    events.emit('crmCall', { site: 'main', call: 'recordBounces', items: 1, outcome: 'ok', elapsedMs: 3 })
    expect(parsed()).toEqual([])
  })

  it('tells what needs a person once a minute for each site and reason, with its number', async () => {
    const { events, parsed, time } = setUp()
    const storm = (): void => {
      for (let id = 0; id < 100; id++) {
        events.emit('deadLetter', { site: 'main', notificationId: id, code: 'SNS_ENVELOPE_INVALID', reason: 'r' })
        events.emit('uncertain', { site: 'main', eventId: id, effectId: id })
        events.emit('alarm', { site: 'main', eventId: id, about: 'about jane@example.org' })
        events.emit('effectSettled', { ...settled, state: 'refused' })
        events.emit('crmCall', { site: 'main', call: 'hold', items: 1, outcome: 'timeout', elapsedMs: 3 })
        events.emit('fault', { where: 'w', site: 'main', error: new Error('for jane@example.org') })
      }
    }
    storm()
    const levels = ['error', 'error', 'warn', 'warn', 'warn', 'error']
    expect(parsed()).toMatchObject(levels.map((level) => ({ level, times: 1 })))
    await time.advance(60_000)
    storm()
    expect(parsed()).toHaveLength(12)
    expect(parsed()[6]).toMatchObject({ level: 'error', code: 'SNS_ENVELOPE_INVALID', times: 100 })
    expect(JSON.stringify(parsed())).not.toContain('jane@')
  })

  it('tells when a site is not called, when it is called again, and whether somebody must do something', () => {
    const { events, parsed, end } = setUp()
    events.emit('breakerOpened', opened)
    events.emit('breakerOpened', { ...opened, code: 'CIVICRM_TIMEOUT', needsRepair: false })
    events.emit('breakerClosed', { site: 'main' })
    end()
    events.emit('breakerClosed', { site: 'main' })
    expect(parsed()).toMatchObject([
      { level: 'error', site: 'main', until: '1970-01-01T00:00:00.000Z', code: 'CIVICRM_CREDENTIAL' },
      { level: 'warn', code: 'CIVICRM_TIMEOUT' },
      { level: 'info', site: 'main' },
    ])
  })
})

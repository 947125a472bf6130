import type { Registry } from 'prom-client'
import type { EventSource } from '../emitter.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import { knownKinds } from '../ses/mailEvent.ts'
import { counter, durations } from './metrics.ts'

/** Kinds that SES adds later count together: a label must not grow with what others send. */
const kinds: ReadonlySet<string> = new Set(knownKinds)

/** Counts what is recorded. Returns the function that ends it. */
export function countRecorder(events: EventSource<RecorderEvents>, registry: Registry): () => void {
  const ended = counter(registry, 'recorded_total', 'Notifications that came to an end, or were put off.', [
    'site',
    'end',
  ])
  const decided = counter(registry, 'decided_total', 'Mail events decided for the first time.', ['kind', 'standing'])
  const effects = counter(registry, 'effects_settled_total', 'Effects that came to an end.', ['effect', 'state'])
  const bounces = counter(registry, 'bounces_total', 'Bounces recorded, by bounce type.', ['bounce_type'])
  const calls = counter(registry, 'civicrm_calls_total', 'Requests to CiviCRM.', ['site', 'outcome'])
  const callSeconds = counter(registry, 'civicrm_site_seconds_total', 'What a site took for its answers, in all.', [
    'site',
  ])
  // Without the site: a histogram has a row for each bucket, and five hundred sites would make ten thousand.
  const callTimes = durations(registry, 'civicrm_call_seconds', 'How long CiviCRM took to answer, or did not.', [
    'call',
  ])
  const buried = counter(registry, 'buried_total', 'Notifications that became dead letters.', ['reason'])
  const uncertain = counter(registry, 'uncertain_total', 'Effects of which nobody can know whether they happened.', [
    'site',
  ])
  const alarms = counter(registry, 'alarms_total', 'Decisions that ask for a person.', ['site'])
  const faults = counter(registry, 'recorder_faults_total', 'What should not happen while recording: see the log.')

  const ends = [
    events.on('batchFinished', ({ site, recorded, deferred, dead }) => {
      ended.inc({ site, end: 'recorded' }, recorded)
      ended.inc({ site, end: 'deferred' }, deferred)
      ended.inc({ site, end: 'dead' }, dead)
    }),
    events.on('eventDecided', ({ kind, standing }) =>
      decided.inc({ kind: kinds.has(kind) ? kind : 'other', standing }),
    ),
    events.on('effectSettled', ({ effect, state, bounceType }) => {
      effects.inc({ effect, state })
      if (bounceType !== null && state === 'done') bounces.inc({ bounce_type: bounceType })
    }),
    events.on('crmCall', ({ site, call, outcome, elapsedMs }) => {
      calls.inc({ site, outcome })
      callSeconds.inc({ site }, elapsedMs / 1000)
      callTimes.observe({ call }, elapsedMs / 1000)
    }),
    events.on('deadLetter', ({ code }) => buried.inc({ reason: code })),
    events.on('uncertain', ({ site }) => uncertain.inc({ site })),
    events.on('alarm', ({ site }) => alarms.inc({ site })),
    events.on('fault', () => faults.inc()),
  ]
  return () => {
    for (const end of ends) end()
  }
}

import type { Clock } from '../clock.ts'
import type { EventSource } from '../emitter.ts'
import { errorCatalogue } from '../errors/catalogue.ts'
import { isErrorCode } from '../errors/gatewayError.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import type { Log } from './log.ts'
import { Throttle } from './throttle.ts'

const minute = 60_000

/**
 * Tells the log what is recorded. What happens to each mail is in the ledger, not here: lines for single
 * events are `debug`; what needs a person comes at most once a minute for each site and reason, with its
 * number.
 *
 * @returns the function that ends it
 */
export function logRecorder(events: EventSource<RecorderEvents>, log: Log, clock: Clock): () => void {
  const throttle = new Throttle(minute)
  const seldom = (key: string, write: (times: number) => void): void => {
    const times = throttle.admit(key, clock.now())
    if (times !== null) write(times)
  }
  const ends = [
    events.on('batchFinished', (batch) => log.debug(batch, 'a batch is recorded')),
    events.on('eventDecided', (decided) => log.debug(decided, 'a mail event is decided')),
    events.on('effectSettled', (settled) => {
      log.debug(settled, 'an effect came to its end')
      if (settled.state === 'refused')
        seldom(`refused ${settled.site}`, (times) => log.warn({ ...settled, times }, 'CiviCRM refused an effect'))
    }),
    events.on('crmCall', (call) => {
      log.debug(call, 'a request to CiviCRM')
      if (call.outcome !== 'ok')
        seldom(`call ${call.site} ${call.outcome}`, (times) =>
          log.warn({ ...call, times }, 'a request to CiviCRM failed'),
        )
    }),
    events.on('breakerOpened', ({ site, until, code, reason, needsRepair }) => {
      const fields = { site, code, reason, until: new Date(until).toISOString(), hint: errorCatalogue[code].hint }
      if (needsRepair) log.error(fields, 'a site is not called until it is repaired; its notifications are kept')
      else log.warn(fields, 'a site is not called for a while; its notifications are kept')
    }),
    events.on('breakerClosed', (closed) => log.info(closed, 'a site is called again')),
    events.on('deadLetter', (letter) =>
      seldom(`dead ${letter.code}`, (times) =>
        log.error(
          { ...letter, times, hint: hintOf(letter.code) },
          'a notification needs a person: civicrm-ses dead-letters',
        ),
      ),
    ),
    events.on('uncertain', (uncertain) =>
      seldom(`uncertain ${uncertain.site}`, (times) =>
        log.error({ ...uncertain, times }, 'whether an effect happened cannot be known: civicrm-ses uncertain list'),
      ),
    ),
    events.on('alarm', (alarm) =>
      seldom(`alarm ${alarm.site}`, (times) => log.warn({ ...alarm, times }, 'a mail event asks for a person')),
    ),
    events.on('clockSetBack', ({ byMs }) =>
      seldom('clock', () => log.warn({ byMs }, 'the clock was set back; what waited for a later moment is tried now')),
    ),
    events.on('fault', ({ where, site, error }) =>
      seldom(`fault ${where} ${site}`, (times) => log.error({ where, site, error, times }, 'a fault while recording')),
    ),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** The code of a dead letter may come from a release that knew others. */
function hintOf(code: string): string {
  return isErrorCode(code) ? errorCatalogue[code].hint : ''
}

import type { Clock } from '../clock.ts'
import type { EventSource } from '../emitter.ts'
import { errorCatalogue } from '../errors/catalogue.ts'
import type { ConfirmationTried, IngestEvents } from '../ingest/events.ts'
import type { Log } from './log.ts'
import { Throttle } from './throttle.ts'

const minute = 60_000

/**
 * Tells the log what comes in. No line for a notification that is accepted (that is `debug`), and at most
 * one a minute for each reason of refusal, with the number of those in between.
 *
 * @returns the function that ends it
 */
export function logIngest(events: EventSource<IngestEvents>, log: Log, clock: Clock): () => void {
  const throttle = new Throttle(minute)
  const ends = [
    events.on('accepted', (accepted) => log.debug(accepted, 'accepted a notification')),
    events.on('refused', ({ code, reason, topicArn, addressed, channel }) => {
      const times = throttle.admit(code, clock.now())
      if (times === null) return
      const { meaning, hint } = errorCatalogue[code]
      log.warn({ code, times, reason, topicArn, addressed, channel, hint }, `refused: ${meaning}`)
    }),
    events.on('confirmationKept', ({ state, topicArn, addressed }) => {
      if (state === 'due') {
        log.info({ topicArn, addressed }, 'a subscription of an allowed topic is to be confirmed')
        return
      }
      const times = throttle.admit('pending', clock.now())
      if (times !== null)
        log.warn(
          { topicArn, addressed, times },
          'a subscription of a topic that is not allowed is kept unverified; if it is yours: civicrm-ses topics allow ARN --site SITE',
        )
    }),
    events.on('confirmationTried', (tried) => logTried(log, tried)),
    events.on('unsubscribed', (unsubscribed) =>
      log.error(
        unsubscribed,
        'someone ended a subscription: feedback of this topic no longer arrives; subscribe again',
      ),
    ),
    events.on('queueReadable', ({ queue }) => log.info({ queue }, 'a queue is read')),
    events.on('queueTrouble', ({ queue, reason }) => {
      const times = throttle.admit(`trouble ${queue}`, clock.now())
      if (times !== null) log.warn({ queue, reason, times }, 'a queue cannot be read; trying again')
    }),
    events.on('queueWorked', (worked) => log.debug(worked, 'messages of a queue are worked off')),
    events.on('queueRefused', ({ queue, code, outcome }) => {
      const times = throttle.admit(`refused ${queue} ${outcome}`, clock.now())
      if (times === null) return
      if (outcome === 'kept') log.warn({ queue, code, times }, 'refused messages of a queue are kept')
      else log.error({ queue, code, times }, 'no more refused messages are kept: they stay in their queue')
    }),
    events.on('fault', ({ where, error }) => {
      const times = throttle.admit(`fault ${where}`, clock.now())
      if (times !== null) log.error({ where, error, times }, 'a fault in the gateway')
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function logTried(log: Log, { outcome, topicArn, site, detail }: ConfirmationTried): void {
  const fields = { topicArn, site, ...(detail === '' ? {} : { detail }) }
  if (outcome === 'confirmed') log.info(fields, 'a subscription is confirmed')
  else if (outcome === 'retrying') log.warn(fields, 'a subscription could not be confirmed yet; trying again')
  else log.error(fields, 'a subscription is not confirmed, and the gateway no longer tries')
}

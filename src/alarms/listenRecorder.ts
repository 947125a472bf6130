import type { EventSource } from '../emitter.ts'
import { messageOf } from '../errors/gatewayError.ts'
import { isStorageFault } from '../ops/storageWatch.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import type { Alarms } from './alarms.ts'
import { setAsideSubject } from './setAsideSubject.ts'

/**
 * Raises and clears alarms by what happens while recording.
 * @param machine subject of what concerns this machine alone
 * @returns the function that ends it
 */
export function alarmsOfRecorder(events: EventSource<RecorderEvents>, alarms: Alarms, machine: string): () => void {
  /** Sites not called at the moment, as far as this run knows. */
  const open = new Set<string>()
  const isWell = (site: string): void => {
    alarms.clear('breakerOpen', site)
    alarms.clear('siteNeedsRepair', site)
  }
  const ends = [
    events.on('breakerOpened', ({ site, code, reason, needsRepair }) => {
      open.add(site)
      const kind = needsRepair ? 'siteNeedsRepair' : 'breakerOpen'
      alarms.raise({ kind, subject: site, detail: `${code}: ${reason}` })
    }),
    events.on('breakerClosed', ({ site }) => {
      open.delete(site)
      isWell(site)
    }),
    // After a restart the breaker is closed from the beginning, and nobody says that it closes.
    events.on('crmCall', ({ site, outcome }) => {
      if (outcome === 'ok' && !open.has(site)) isWell(site)
    }),
    events.on('deadLetter', ({ site, code, reason }) =>
      alarms.raise({ kind: 'deadLetter', subject: site, detail: `The last one: ${code}: ${reason}` }),
    ),
    events.on('alarm', ({ site, about }) => alarms.raise({ kind: 'senderFault', subject: site, detail: about })),
    events.on('setAside', ({ site, domain, bounces, explanation }) =>
      alarms.raise({ kind: 'setAside', subject: setAsideSubject(site, domain), detail: explanation, count: bounces }),
    ),
    events.on('uncertain', ({ site }) => alarms.raise({ kind: 'uncertain', subject: site, detail: '' })),
    events.on('fault', ({ where, site, error }) => {
      const place = site === '' ? where : `${where} (site ${site})`
      alarms.raise({
        kind: isStorageFault(error) ? 'storage' : 'fault',
        subject: machine,
        detail: `${place}: ${messageOf(error)}`,
      })
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}

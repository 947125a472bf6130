import type { EventSource } from '../emitter.ts'
import { messageOf } from '../errors/gatewayError.ts'
import type { IngestEvents, Refused } from '../ingest/events.ts'
import type { Alarms } from './alarms.ts'

/** What keeps genuine messages from being verified. A forger can cause the last one only for a topic that he knows. */
const certificateCodes: ReadonlySet<string> = new Set([
  'SNS_CERTIFICATE_UNAVAILABLE',
  'SNS_CERTIFICATE_NOT_YET_VALID',
  'SNS_CERTIFICATE_INVALID',
  'SNS_TIMESTAMP_TOO_OLD',
])

/**
 * Raises and clears alarms by what comes in.
 * @param machine subject of what concerns this machine alone
 * @returns the function that ends it
 */
export function alarmsOfIngest(events: EventSource<IngestEvents>, alarms: Alarms, machine: string): () => void {
  const ends = [
    events.on('unsubscribed', ({ topicArn, site }) =>
      alarms.raise({
        kind: 'unsubscribed',
        subject: topicArn,
        detail: `It carried the feedback of ${site || 'no site'}.`,
      }),
    ),
    events.on('confirmationTried', ({ outcome, topicArn }) => {
      if (outcome === 'confirmed') alarms.clear('unsubscribed', topicArn)
    }),
    events.on('confirmationKept', ({ state, topicArn, fresh }) => {
      if (state !== 'pending' || !fresh) return
      alarms.raise({ kind: 'topicRefused', subject: '', detail: `A subscription of ${topicArn} waits to be allowed.` })
    }),
    events.on('refused', (refused) => onRefused(refused, alarms, machine)),
    // Verified: whatever was wrong with a certificate is not wrong any more.
    events.on('accepted', () => alarms.clear('certificate', machine)),
    events.on('queueTrouble', ({ queue, reason }) =>
      alarms.raise({ kind: 'queueUnreadable', subject: queue, detail: reason }),
    ),
    events.on('queueReadable', ({ queue }) => alarms.clear('queueUnreadable', queue)),
    events.on('queueRefused', ({ queue, code, outcome }) =>
      alarms.raise({
        kind: 'queueRefused',
        subject: queue,
        detail: outcome === 'kept' ? `${code}.` : `${code}. No more are kept: they stay in the queue.`,
      }),
    ),
    events.on('fault', ({ where, error }) =>
      alarms.raise({ kind: 'fault', subject: machine, detail: `${where}: ${messageOf(error)}` }),
    ),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function onRefused({ code, reason, topicArn, addressed }: Refused, alarms: Alarms, machine: string): void {
  // One alarm for all topics: strangers choose their names, and as many as they like.
  if (code === 'SNS_TOPIC_NOT_ALLOWED')
    alarms.raise({
      kind: 'topicRefused',
      subject: '',
      detail: `The last one was of ${topicArn || 'an unnamed topic'}.`,
    })
  else if (code === 'SITE_UNKNOWN')
    alarms.raise({
      kind: 'siteUnknown',
      subject: '',
      detail: `The last one was for "${addressed}", of ${topicArn || 'an unnamed topic'}.`,
    })
  else if (code === 'GATEWAY_OVERLOADED') alarms.raise({ kind: 'overloaded', subject: machine, detail: reason })
  else if (certificateCodes.has(code))
    alarms.raise({ kind: 'certificate', subject: machine, detail: `${code}: ${reason}` })
  else if (code.startsWith('STORAGE_'))
    alarms.raise({ kind: 'storage', subject: machine, detail: `${code}: ${reason}` })
}

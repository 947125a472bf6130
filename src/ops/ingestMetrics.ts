import type { Registry } from 'prom-client'
import type { EventSource } from '../emitter.ts'
import type { IngestEvents } from '../ingest/events.ts'
import { counter, durations } from './metrics.ts'

/** Counts what comes in. Returns the function that ends it. */
export function countIngest(events: EventSource<IngestEvents>, registry: Registry): () => void {
  const accepted = counter(registry, 'accepted_total', 'Notifications accepted: durable, or there already.', [
    'channel',
    'outcome',
  ])
  const refused = counter(registry, 'refused_total', 'Messages and requests refused, by reason.', ['reason'])
  const answers = durations(registry, 'answer_seconds', 'From a webhook request to its answer.', ['status'])
  const kept = counter(registry, 'confirmations_kept_total', 'Requests to confirm a subscription.', ['state'])
  const tried = counter(registry, 'confirmation_attempts_total', 'Attempts to confirm, by outcome.', ['outcome'])
  const unsubscribed = counter(registry, 'unsubscribed_total', 'Subscriptions that someone ended.')
  const fromQueues = counter(registry, 'queue_messages_total', 'Messages of queues, by what became of them.', [
    'queue',
    'outcome',
  ])
  const queueFailures = counter(registry, 'queue_failures_total', 'Calls to SQS that failed.', ['queue'])
  const faults = counter(registry, 'ingest_faults_total', 'What should not happen while taking in: see the log.')

  const ends = [
    events.on('accepted', ({ channel, outcome }) => accepted.inc({ channel, outcome })),
    events.on('refused', ({ code }) => refused.inc({ reason: code })),
    events.on('answered', ({ status, elapsedMs }) => answers.observe({ status: String(status) }, elapsedMs / 1000)),
    events.on('confirmationKept', ({ state }) => kept.inc({ state })),
    events.on('confirmationTried', ({ outcome }) => tried.inc({ outcome })),
    events.on('unsubscribed', () => unsubscribed.inc()),
    events.on('queueWorked', ({ queue, ...counts }) => {
      for (const outcome of ['received', 'deleted', 'refused', 'left'] as const)
        fromQueues.inc({ queue, outcome }, counts[outcome])
    }),
    events.on('queueTrouble', ({ queue }) => queueFailures.inc({ queue })),
    events.on('fault', () => faults.inc()),
  ]
  return () => {
    for (const end of ends) end()
  }
}

import type { FastifyPluginCallback } from 'fastify'
import type { Alarms } from '../alarms/alarms.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import type { Emitter } from '../emitter.ts'
import type { IngestEvents } from '../ingest/events.ts'
import type { QueueStanding } from '../ingest/sqs/standing.ts'
import type { DiskWatch } from '../ops/disk.ts'
import type { Health } from '../ops/health.ts'
import { HealthProbe } from '../ops/healthProbe.ts'
import { countIngest } from '../ops/ingestMetrics.ts'
import type { Log } from '../ops/log.ts'
import { logIngest } from '../ops/logIngest.ts'
import { logRecorder } from '../ops/logRecorder.ts'
import { addGauges, counter, createRegistry } from '../ops/metrics.ts'
import { OpenBreakers } from '../ops/openBreakers.ts'
import { countRecorder } from '../ops/recorderMetrics.ts'
import { opsRoutes } from '../ops/routes.ts'
import type { StorageWatch } from '../ops/storageWatch.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import type { RetentionKind } from '../retention/kinds.ts'
import type { Timers } from '../timers.ts'
import type { Store } from './store.ts'

export interface WatchParts {
  readonly config: Config
  readonly store: Store
  readonly events: { readonly ingest: Emitter<IngestEvents>; readonly recorder: Emitter<RecorderEvents> }
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
  readonly disk: DiskWatch
  readonly storage: StorageWatch
  readonly alarms: Alarms
  readonly queues: () => readonly QueueStanding[]
  readonly stopping: () => boolean
}

export interface Watching {
  /** What /readyz is asked for. Never rejects. */
  readonly health: () => Promise<Health>
  /** /healthz, /readyz, /metrics. */
  readonly routes: FastifyPluginCallback
  /** An attempt of an alarm's channel ended; `error` null: it went well. */
  readonly onAttempt: (channel: string, error: string | null) => void
  /** Retention removed something. */
  readonly onRemoved: (kind: RetentionKind, count: number) => void
  readonly end: () => void
}

/** Log, metrics and health, fed by the typed events of ingest and recorder. */
export function watch(parts: WatchParts): Watching {
  const { config, store, events, log, clock, timers, disk, storage, alarms, queues, stopping } = parts
  const { inbox, ledger, settings } = store
  const breakers = new OpenBreakers(events.recorder, (id) => settings.site(id) !== null)
  const registry = createRegistry()
  addGauges(registry, {
    clock,
    timers,
    backlog: () => inbox.backlog(),
    deadLetters: () => inbox.deadCount(),
    effects: () => ledger.counts(),
    confirmations: () => settings.confirmations.list(),
    freeBytes: () => disk.freeBytes,
    openBreakers: () => breakers.sites(),
    queues,
    refusedMessages: async () => store.refused.count(),
    alarms: () => alarms.active(),
  })
  const ends = [
    countIngest(events.ingest, registry),
    countRecorder(events.recorder, registry),
    logIngest(events.ingest, log, clock),
    logRecorder(events.recorder, log, clock),
  ]
  const probe = new HealthProbe({
    clock,
    timers,
    stopping,
    tryWriting: async () => storage.tryWriting(),
    disk,
    backlog: () => inbox.backlog(),
    openBreakers: () => breakers.sites().length,
    failingQueues: () => queues().filter(({ state }) => state === 'failing').length,
    alarms: () => alarms.active().length,
  })
  const attempts = counter(registry, 'alarm_messages_total', 'Messages of alarms, by channel.', ['channel', 'outcome'])
  const removed = counter(registry, 'retention_removed_total', 'What was too old and was removed, by kind.', ['kind'])
  return {
    health: async () => probe.health(),
    onRemoved: (kind, count) => removed.inc({ kind }, count),
    onAttempt: (channel, error) => {
      attempts.inc({ channel, outcome: error === null ? 'sent' : 'failed' })
      if (error !== null) log.warn({ channel, error }, 'an alarm could not be told; trying again')
    },
    routes: opsRoutes({
      health: async () => probe.health(),
      registry,
      metricsAccess: config.metricsAccess,
    }),
    end: () => {
      for (const end of ends) end()
      storage.stop()
      registry.clear()
    },
  }
}

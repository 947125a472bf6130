import { Counter, type CounterConfiguration, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { LaneBacklog } from '../inbox/inbox.ts'
import type { QueueStanding } from '../ingest/sqs/standing.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Confirmation } from '../settings/settings.ts'
import type { Timers } from '../timers.ts'

/** What is asked at the moment somebody reads the metrics. */
export interface MetricSources {
  readonly clock: Clock
  readonly timers: Timers
  readonly backlog: () => Promise<readonly LaneBacklog[]>
  readonly deadLetters: () => Promise<number>
  readonly effects: Ledger['counts']
  readonly confirmations: () => Promise<readonly Pick<Confirmation, 'state'>[]>
  /** Sites that are not called at the moment. */
  readonly openBreakers: () => readonly string[]
  readonly queues: () => readonly Pick<QueueStanding, 'arn' | 'state' | 'ageMs' | 'waiting'>[]
  readonly refusedMessages: () => Promise<number>
  /** Those that are active. */
  readonly alarms: () => readonly { readonly kind: string }[]
  /** null: unknown. */
  readonly freeBytes: () => number | null
}

/** Every metric's name begins with it, Node's and the process's own aside. */
const prefix = 'civicrm_ses_'

/**
 * The registry of this process, without any module-level state, so that a test has one of its own.
 * Labels are bounded: codes, kinds and states of this program, the ids of the sites that it has and the ARNs of
 * its queues. No address, no topic, nothing that a stranger chooses.
 */
export function createRegistry(): Registry {
  const registry = new Registry()
  // Event loop lag, heap, garbage collection, file descriptors.
  collectDefaultMetrics({ register: registry })
  return registry
}

export function counter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  const configuration: CounterConfiguration<Label> = { name: prefix + name, help, labelNames, registers: [registry] }
  return new Counter(configuration)
}

/** Durations; buckets from what a local disk takes to what SNS waits. */
export function durations<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Histogram<Label> {
  const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
  return new Histogram({ name: prefix + name, help, labelNames, buckets, registers: [registry] })
}

/** How long one of them is waited for: whoever collects metrics gives up after ten seconds, and would have none at all. */
const patienceMs = 3000

type Fill<Label extends string> = (
  set: (labels: Readonly<Partial<Record<Label, string>>>, value: number) => void,
) => Promise<void> | void

/**
 * A gauge that is filled anew whenever it is read: rows that are gone leave no stale value. What cannot be read, or not
 * soon, has none at all, and keeps the other metrics back from nobody: they are needed most when the database is away.
 */
function gauge<Label extends string>(
  { registry, timers }: { readonly registry: Registry; readonly timers: Timers },
  name: string,
  help: string,
  labelNames: readonly Label[],
  fill: Fill<Label>,
): void {
  const made = new Gauge({
    name: prefix + name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const rows: [Readonly<Partial<Record<Label, string>>>, number][] = []
      const isFilled = await soon(timers, async () => fill((labels, value) => rows.push([labels, value])))
      // Emptied and filled in one go: two readers at once would count everything twice.
      made.reset()
      // One without labels is 0 now, which is a value.
      if (labelNames.length === 0) made.remove()
      if (isFilled) for (const [labels, value] of rows) made.labels(labels).inc(value)
    },
  })
}

/** Whether it was done, and soon. */
async function soon(timers: Timers, work: () => Promise<void>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const cancel = timers.after(patienceMs, () => late.resolve(false))
  const done = work().then(
    () => true,
    () => false,
  )
  return Promise.race([done, late.promise]).finally(cancel)
}

/** The gauges: how things stand, read from where they stand. */
export function addGauges(registry: Registry, sources: MetricSources): void {
  const on = { registry, timers: sources.timers }
  gauge(on, 'backlog', 'Notifications accepted and not yet recorded, by lane.', ['site'], async (set) => {
    for (const { site, waiting } of await sources.backlog()) set({ site }, waiting)
  })
  gauge(on, 'backlog_age_seconds', 'Age of the oldest of them, by lane.', ['site'], async (set) => {
    const now = sources.clock.now()
    for (const { site, oldestReceivedAt } of await sources.backlog())
      set({ site }, Math.max(0, now - oldestReceivedAt) / 1000)
  })
  gauge(on, 'dead_letters', 'Notifications that need a person.', [], async (set) =>
    set({}, await sources.deadLetters()),
  )
  gauge(on, 'effects', 'Effects in the ledger, by site, kind and state.', ['site', 'effect', 'state'], async (set) => {
    for (const { site, effect, state, count } of await sources.effects()) set({ site, effect, state }, count)
  })
  gauge(on, 'confirmations', 'Requests to confirm a subscription, by state.', ['state'], async (set) => {
    for (const state of ['pending', 'due', 'confirmed', 'failed']) set({ state }, 0)
    for (const { state } of await sources.confirmations()) set({ state }, 1)
  })
  gauge(on, 'breaker_open', 'Sites that are not called at the moment, being at fault.', ['site'], (set) => {
    for (const site of sources.openBreakers()) set({ site }, 1)
  })
  gauge(on, 'queue_failing', 'Queues, 1 where one cannot be read at the moment.', ['queue'], (set) => {
    for (const { arn, state } of sources.queues()) set({ queue: arn }, state === 'failing' ? 1 : 0)
  })
  gauge(
    on,
    'queue_age_seconds',
    'How long the oldest message of the last receipt had been in the queue; 0: none came.',
    ['queue'],
    (set) => {
      for (const { arn, ageMs } of sources.queues()) set({ queue: arn }, ageMs / 1000)
    },
  )
  gauge(on, 'queue_waiting', 'About how many messages are in the queue, as SQS said last.', ['queue'], (set) => {
    for (const { arn, waiting } of sources.queues()) if (waiting !== null) set({ queue: arn }, waiting)
  })
  gauge(on, 'queue_refused_kept', 'Refused messages of queues that are kept for a person.', [], async (set) =>
    set({}, await sources.refusedMessages()),
  )
  gauge(on, 'alarms_active', 'Alarms that are active, by kind.', ['kind'], (set) => {
    for (const { kind } of sources.alarms()) set({ kind }, 1)
  })
  gauge(on, 'disk_free_bytes', "Free space on the data folder's disk.", [], (set) => {
    const free = sources.freeBytes()
    if (free !== null) set({}, free)
  })
}

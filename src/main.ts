import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { DestinationStream } from 'pino'
import type { SuppressionLists } from './aws/suppressionList.ts'
import { type Random, systemClock } from './clock.ts'
import { type AlarmPace, composeAlarms, type RunningAlarms } from './compose/alarms.ts'
import { HomeWatch } from './compose/homeWatch.ts'
import { chooseLane } from './compose/chooseLane.ts'
import { connectSite } from './compose/connectSite.ts'
import { drainThrough } from './compose/drain.ts'
import { type Instance, instanceOn } from './compose/instance.ts'
import { openGatewayStore } from './compose/openStore.ts'
import { operationContext } from './compose/operationContext.ts'
import { logReleases, releaseWatcherOf } from './compose/releaseWatcherOf.ts'
import { removerOf } from './compose/removerOf.ts'
import { acceptThrough, type GatewaySeam } from './compose/seam.ts'
import { composeRetention } from './compose/retention.ts'
import { type SnsParts, type SnsReach, snsParts } from './compose/snsParts.ts'
import type { Store } from './compose/store.ts'
import { storeOptions } from './compose/storeOptions.ts'
import { type Tampering, untouched } from './compose/tampering.ts'
import { watch } from './compose/watch.ts'
import type { Config } from './config/schema.ts'
import { callOperation } from './control/call.ts'
import type { OperationContext } from './control/context.ts'
import { ControlServer } from './control/server.ts'
import { socketPath } from './control/socketPath.ts'
import { Emitter } from './emitter.ts'
import { Acceptor } from './ingest/accept.ts'
import { ConfirmationLoop } from './ingest/confirmations.ts'
import type { IngestEvents } from './ingest/events.ts'
import { HttpServer } from './ingest/http/server.ts'
import { parseNote, restoredSchema } from './installation/notes.ts'
import { Refusals } from './ingest/refusals.ts'
import { parseEnvelope } from './ingest/sns/envelope.ts'
import { QueueConsumers } from './ingest/sqs/consumers.ts'
import type { ConsumerLimits } from './ingest/sqs/schedule.ts'
import { DiskWatch, freeBytes } from './ops/disk.ts'
import { createLog, type Log } from './ops/log.ts'
import { StorageWatch } from './ops/storageWatch.ts'
import type { LeaseLimits } from './leases/leaseKeeper.ts'
import { laneLease, leaderLease } from './leases/leases.ts'
import type { RecorderEvents } from './recorder/events.ts'
import type { RecorderLimits } from './recorder/limits.ts'
import { Recorder } from './recorder/recorder.ts'
import type { ReleaseWatcher } from './releases/releaseWatcher.ts'
import type { Remover } from './suppression/remover.ts'
import { RetentionLoop, type RetentionPace } from './retention/retentionLoop.ts'
import { systemTimers } from './timers.ts'

export interface GatewayOptions {
  readonly config: Config
  /** Where log lines go; standard output by default. */
  readonly logDestination?: DestinationStream
  /** For tests and chaos runs: called between any two durable steps. */
  readonly seam?: GatewaySeam
  /** For chaos runs that show what they notice. */
  readonly tampering?: Partial<Tampering>
  /** For tests and chaos runs, which cannot wait as long as a site in trouble needs. */
  readonly recorderLimits?: Partial<RecorderLimits>
  /** For tests, which cannot wait as long as the others do before they take over from one that is silent. */
  readonly leaseLimits?: Partial<LeaseLimits>
  /** For tests, which cannot wait as long as a person. */
  readonly alarmPace?: Partial<AlarmPace>
  /** For tests, which cannot wait as long as there is time. */
  readonly retentionPace?: Partial<RetentionPace>
  /** For tests, which cannot wait as long as SQS does. */
  readonly consumerLimits?: Partial<ConsumerLimits>
  /** For tests: who answers in SNS's place, and in SQS's. */
  readonly snsReach?: Partial<SnsReach>
  /** For tests: who answers in SES's place. */
  readonly suppressionLists?: SuppressionLists
  /** OFF only for the test which shows that another one notices it. @default 'FULL' */
  readonly synchronous?: 'FULL' | 'OFF'
}

const mebibyte = 1024 * 1024

/**
 * The gateway: all parts, put together. Nothing here decides anything.
 *
 * Start: store (lock, migrations), then the recorder on what an earlier run left, then queues and, last, the webhook.
 * Stop: webhook and queues first, so that nothing new comes; the recorder finishes its calls; the store last.
 */
export class Gateway {
  readonly port: number
  readonly operations: OperationContext
  readonly events: { readonly ingest: Emitter<IngestEvents>; readonly recorder: Emitter<RecorderEvents> }
  /** Resolves with the new place once the installation has moved there: this gateway can only be stopped then. */
  readonly moved: Promise<string>
  readonly #parts: Parts
  #stopping: Promise<void> | null = null

  private constructor(parts: Parts, port: number) {
    this.#parts = parts
    this.port = port
    this.operations = parts.operations
    this.events = parts.events
    this.moved = parts.home.moved
  }

  /** @throws GatewayError STORAGE_…, SECRET_KEY_…, LISTEN_FAILED: nothing stays open then */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const parts = await compose(options)
    try {
      await parts.disk.start()
      await parts.instance.start()
      parts.home.start()
      await parts.alarms.start()
      await makeAddressKey(parts)
      parts.recorder.start()
      parts.confirmations.start()
      parts.remover.start()
      parts.removing.start()
      parts.releaseWatcher.start()
      parts.queues.start()
      await parts.control.start()
      const { port } = await parts.http.start(options.config.listen)
      parts.log.info({ port, host: options.config.listen.host }, 'the gateway is listening')
      return new Gateway(parts, port)
    } catch (error) {
      await end(parts, 0)
      throw error
    }
  }

  /** Resolves when nothing is left open; every call returns the same promise. */
  async stop(): Promise<void> {
    this.#stopping ??= end(this.#parts, this.#parts.config.stopSeconds * 1000)
    await this.#stopping
  }
}

interface Parts {
  readonly config: Config
  readonly store: Store
  readonly instance: Instance
  readonly home: HomeWatch
  readonly sns: SnsParts
  readonly recorder: Recorder
  readonly confirmations: ConfirmationLoop
  readonly remover: Remover
  readonly releaseWatcher: ReleaseWatcher
  readonly acceptor: Acceptor
  readonly http: HttpServer
  readonly queues: QueueConsumers
  readonly control: ControlServer
  readonly disk: DiskWatch
  readonly alarms: RunningAlarms
  readonly removing: RetentionLoop
  readonly log: Log
  readonly operations: OperationContext
  readonly events: Gateway['events']
  readonly endWatching: () => void
}

async function compose({
  config,
  logDestination,
  seam,
  tampering,
  recorderLimits = {},
  leaseLimits = {},
  alarmPace = {},
  retentionPace = {},
  consumerLimits = {},
  snsReach = {},
  suppressionLists,
  synchronous = 'FULL',
}: GatewayOptions): Promise<Parts> {
  const timers = systemTimers
  const random: Random = Math.random
  const log = createLog({
    level: config.logLevel,
    ...(logDestination === undefined ? {} : { destination: logDestination }),
  })
  const store = await openGatewayStore({ ...storeOptions(config), clock: systemClock, synchronous })
  const { settings, clock } = store
  const tamper: Tampering = { ...untouched, ...tampering }
  const inbox = tamper.inbox(store.inbox)
  const ledger = tamper.ledger(store.ledger)
  const onFault = (error: unknown): void => log.error({ error }, 'a listener failed')
  const events = { ingest: new Emitter<IngestEvents>(onFault), recorder: new Emitter<RecorderEvents>(onFault) }
  const sns = snsParts(config.certificatesFolder, systemClock, snsReach)
  const disk = new DiskWatch({
    free: async () => freeBytes(config.dataFolder),
    timers,
    // What is on another machine fills no disk here.
    minimumBytes: config.databaseUrl === null ? config.minimumFreeMiB * mebibyte : 0,
  })
  const storage = new StorageWatch({ ...events, tryWriting: store.tryWriting, timers })
  const refusals = new Refusals()
  refusals.listen(events.ingest)

  const instance = instanceOn(store, {
    owner: ownName(),
    clock: systemClock,
    timers,
    limits: leaseLimits,
    onFault: (error) => log.warn({ error }, 'this instance could not tell the others that it lives'),
  })
  const { leases } = instance
  const home = new HomeWatch({
    notes: store.notes,
    clock,
    timers,
    onFault: (error) => log.warn({ error }, 'it could not be seen whether the installation is about to move'),
  })
  const confirmations = new ConfirmationLoop({
    settings,
    leases,
    verifier: sns.verifier,
    confirm: sns.confirm,
    clock,
    timers,
    random,
    events: events.ingest,
  })
  const acceptor = new Acceptor({
    inbox: acceptThrough(inbox, seam),
    settings,
    verifier: sns.verifier,
    chooseSite: chooseLane(settings),
    clock,
    events: events.ingest,
    onConfirmationDue: () => confirmations.wake(),
  })
  const closedFor = (): 'GATEWAY_DISK_LOW' | null => (disk.low ? 'GATEWAY_DISK_LOW' : null)
  const queues = new QueueConsumers({
    settings,
    open: sns.openQueue,
    acceptor,
    refused: store.refused,
    closedFor,
    clock,
    timers,
    random,
    events: events.ingest,
    limits: consumerLimits,
  })
  const connect = connectSite(
    settings,
    (site) => store.builtinCrm(site, tamper.fence({ lease: laneLease(site.id), owner: leases.owner })),
    systemClock,
  )
  const recorder = new Recorder({
    inbox,
    ledger,
    receivers: store.receivers,
    settings,
    clock,
    timers,
    random,
    events: events.recorder,
    connect: (site, onRequest) => tamper.crm(connect(site, onRequest)),
    readEnvelope: tamper.readEnvelope(parseEnvelope),
    leases,
    rests: () => home.rests,
    restoredAt: parseNote(restoredSchema, 'restored', (await store.notes()).get('restored') ?? null)?.at ?? null,
    limits: recorderLimits,
    ...(seam === undefined ? {} : { seam }),
  })
  const remover = removerOf(
    {
      store,
      leases,
      timers,
      onFault: (error) => log.warn({ error }, 'the SES suppression list was left alone for now'),
      onRefused: (error) =>
        log.warn({ error }, 'AWS lets nothing be removed from the SES suppression list: give the gateway credentials'),
    },
    suppressionLists,
  )
  const releaseWatcher = releaseWatcherOf({ store, remover, leases, timers, random, told: logReleases(log) })
  const alarms = composeAlarms({
    config,
    store,
    events,
    disk,
    storage,
    log,
    clock,
    timers,
    random,
    pace: alarmPace,
    tells: () => leases.standing(leaderLease) === 'held',
    onAttempt: (channel, error) => watching.onAttempt(channel, error),
  })
  const watching = watch({
    config,
    store,
    events,
    log,
    clock,
    timers,
    disk,
    storage,
    alarms: alarms.alarms,
    queues: () => queues.standings(),
    stopping: () => http.stopping,
  })
  const http: HttpServer = new HttpServer({
    acceptor,
    events: events.ingest,
    clock,
    timers,
    closedFor,
    plugins: [watching.routes],
  })
  const retention = composeRetention(config, store, watching.onRemoved)
  const removing = new RetentionLoop({
    retention,
    timers,
    leads: () => leases.standing(leaderLease) === 'held',
    onFault: (error) => log.warn({ error }, 'what is too old could not be removed; trying again'),
    pace: retentionPace,
  })
  const operations = operationContext({
    store,
    confirmations,
    remover,
    releaseWatcher,
    acceptor,
    queues: {
      open: sns.openQueue,
      drain: drainThrough({ open: sns.openQueue, acceptor, settings, verifier: sns.verifier, clock, timers, random }),
      standings: () => queues.standings(),
    },
    clock,
    timers,
    retention,
    lanes: () => recorder.lanes(),
    refusals: () => refusals.summary(),
    alarms: { list: async () => alarms.alarms.list(), test: async () => alarms.alarms.test() },
  })
  const control = new ControlServer(socketPath(config.dataFolder), async (name, input, asker) =>
    callOperation(operations, name, input, asker),
  )
  return {
    config,
    store,
    instance,
    home,
    sns,
    recorder,
    confirmations,
    remover,
    releaseWatcher,
    acceptor,
    http,
    queues,
    control,
    disk,
    alarms,
    removing,
    log,
    operations,
    events,
    endWatching: watching.end,
  }
}

/** Long before it is used, so that every instance knows it by then. Without it everything else goes on. */
async function makeAddressKey({ store, log }: Pick<Parts, 'store' | 'log'>): Promise<void> {
  try {
    await store.addressKey.make()
  } catch (error) {
    log.warn({ error }, 'there is no key for pseudonyms, so addresses that are too old cannot be removed')
  }
}

/** Unlike that of any other run on any machine, and one that a person can find. */
function ownName(): string {
  return `${hostname()}-${process.pid}-${randomBytes(6).toString('hex')}`
}

/** In the order in which nothing is lost: first what takes in, then what works, then what keeps. */
async function end(parts: Parts, deadlineMs: number): Promise<void> {
  parts.log.info({ deadlineMs }, 'stopping: new notifications are answered 503, work under way is finished')
  await Promise.all([
    parts.http.stop(deadlineMs),
    parts.queues.stop(deadlineMs),
    parts.recorder.stop(deadlineMs),
    parts.confirmations.stop(),
  ])
  await parts.control.stop()
  await parts.releaseWatcher.stop()
  await parts.remover.stop()
  await parts.removing.stop()
  parts.acceptor.close()
  parts.disk.stop()
  parts.home.stop()
  await parts.alarms.stop()
  await parts.instance.stop()
  parts.endWatching()
  await parts.sns.close()
  await parts.store.close()
  parts.log.info('stopped')
}

import { channelDigests } from '../../alarms/channelDigest.ts'
import { callOperation } from '../../control/call.ts'
import type { OperationContext } from '../../control/context.ts'
import { ControlServer } from '../../control/server.ts'
import { socketPath } from '../../control/socketPath.ts'
import { drainThrough } from '../drain.ts'
import { operationContext } from '../operationContext.ts'
import { type Base, type GatewayEvents, openBase } from './base.ts'
import { composeIntake, type Intake } from './intake.ts'
import type { GatewayOptions } from './options.ts'
import type { Parts } from './order.ts'
import { composeOutlook, type Outlook } from './outlook.ts'
import { composeRecorder } from './recording.ts'
import { composeStanding } from './standing.ts'
import { composeUpkeep, type Upkeep } from './upkeep.ts'
import type { Recorder } from '../../recorder/recorder.ts'

export interface ComposedGateway {
  readonly parts: Parts
  readonly base: Base
  readonly operations: OperationContext
  readonly events: GatewayEvents
  readonly moved: Promise<string>
  /** Of the webhook, once it is started. */
  readonly port: () => number
}

/**
 * All parts, put together; nothing is started.
 * @throws GatewayError CONFIG_INVALID, STORAGE_…, SECRET_KEY_…: nothing stays open then
 */
export async function composeGateway(options: GatewayOptions): Promise<ComposedGateway> {
  const base = await openBase(options)
  try {
    return await composeOn(base, options)
  } catch (error) {
    await base.store.close()
    throw error
  }
}

async function composeOn(base: Base, options: GatewayOptions): Promise<ComposedGateway> {
  const { config, store } = base
  const standing = composeStanding(base, options)
  const intake = composeIntake(base, standing, options)
  const recorder = await composeRecorder(base, standing, options)
  const outlook = composeOutlook(base, standing, intake, options)
  const upkeep = composeUpkeep(base, standing, outlook.watching, options)
  const operations = composeOperations(base, intake, recorder, outlook, upkeep)
  const control = new ControlServer(
    socketPath(config.dataFolder),
    async (name, input, asker) => callOperation(operations, name, input, asker),
    base.timers,
  )
  const { disk, instance, home } = standing
  const { acceptor, queues, confirmations, sns } = intake
  const { http, alarms, watching } = outlook
  const { remover, releaseWatcher, retentionLoop } = upkeep
  let port = 0
  return {
    parts: {
      store: { stop: async () => store.close() },
      sns: { stop: async () => sns.close() },
      disk: { start: async () => disk.start(), stop: () => disk.stop() },
      instance,
      home: { start: () => home.start(), stop: () => home.stop() },
      watching: { stop: () => watching.end() },
      alarms,
      addressKey: { start: async () => makeAddressKey(base) },
      recorder: { start: () => recorder.start(), stop: async (deadlineMs) => recorder.stop(deadlineMs) },
      confirmations: { start: () => confirmations.start(), stop: async (deadlineMs) => confirmations.stop(deadlineMs) },
      remover: { start: () => remover.start(), stop: async () => remover.stop() },
      retention: { start: () => retentionLoop.start(), stop: async () => retentionLoop.stop() },
      releaseWatcher: { start: () => releaseWatcher.start(), stop: async () => releaseWatcher.stop() },
      acceptor: { stop: () => acceptor.close() },
      queues: { start: () => queues.start(), stop: async (deadlineMs) => queues.stop(deadlineMs) },
      control: { start: async () => control.start(), stop: async (deadlineMs) => control.stop(deadlineMs) },
      http: {
        start: async () => {
          port = (await http.start(config.listen)).port
        },
        stop: async (deadlineMs) => http.stop(deadlineMs),
      },
    },
    base,
    operations,
    events: base.events,
    moved: home.moved,
    port: () => port,
  }
}

function composeOperations(
  { config, store, clock, timers, random }: Base,
  { sns: { verifier, openQueue: open }, acceptor, confirmations, queues, refusals }: Intake,
  recorder: Recorder,
  { alarms: { alarms }, watching }: Outlook,
  { remover, releaseWatcher, retention }: Upkeep,
): OperationContext {
  const { settings } = store
  return operationContext({
    store,
    confirmations,
    remover,
    releaseWatcher,
    acceptor,
    queues: {
      open,
      drain: drainThrough({ open, acceptor, settings, verifier, clock, timers, random }),
      standings: () => queues.standings(),
    },
    clock,
    timers,
    retention,
    lanes: () => recorder.lanes(),
    resumeSite: (site) => recorder.resume(site),
    health: async () => watching.health(),
    refusals: () => refusals.summary(),
    alarms: {
      list: async () => alarms.list(),
      channels: () => channelDigests(config.alarms.channels),
      test: async () => alarms.test(),
    },
  })
}

/** Long before it is used, so that every instance knows it by then. Without it everything else goes on. */
async function makeAddressKey({ store, log }: Base): Promise<void> {
  try {
    await store.addressKey.make()
  } catch (error) {
    log.warn({ error }, 'there is no key for pseudonyms, so addresses that are too old cannot be removed')
  }
}

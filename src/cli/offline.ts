import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../clock.ts'
import { openStore, type StoreOptions } from '../compose/openStore.ts'
import type { Store } from '../compose/store.ts'
import { releaseWatcherOf } from '../compose/releaseWatcherOf.ts'
import { removerOf } from '../compose/removerOf.ts'
import { composeRetention } from '../compose/retention.ts'
import { storedAlarms } from '../compose/storedAlarms.ts'
import { storeOptions } from '../compose/storeOptions.ts'
import { chooseLane } from '../compose/chooseLane.ts'
import { drainThrough } from '../compose/drain.ts'
import { operationContext } from '../compose/operationContext.ts'
import { type SnsReach, snsParts } from '../compose/snsParts.ts'
import type { Config } from '../config/schema.ts'
import type { Need } from '../control/call.ts'
import type { OperationContext } from '../control/context.ts'
import { fileNames, requireDatabase } from '../database/sqlite/folder.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import { Emitter } from '../emitter.ts'
import { Acceptor } from '../ingest/accept.ts'
import { ConfirmationLoop } from '../ingest/confirmations.ts'
import { soleInstance } from '../leases/heldLeases.ts'
import { systemTimers } from '../timers.ts'

export interface Offline {
  readonly context: OperationContext
  readonly close: () => Promise<void>
}

/**
 * What operations work on where no gateway answers. Changing locks the folder, so that no gateway starts
 * meanwhile; reading goes beside whoever owns it.
 * @param onNothing called where nothing is stored yet, and it is only to be looked at
 * @throws GatewayError STORAGE_…
 */
export async function openOffline(
  config: Config,
  need: Need,
  { snsReach = {}, onNothing }: { readonly snsReach?: Partial<SnsReach>; readonly onNothing: () => void },
): Promise<Offline> {
  const store = await openFor(config, need, onNothing)
  const sns = snsParts(config.certificatesFolder, systemClock, snsReach)
  // None of the following is started: only a person asks them.
  const leases = soleInstance('')
  const confirmations = new ConfirmationLoop({
    settings: store.settings,
    leases,
    verifier: sns.verifier,
    confirm: sns.confirm,
    clock: systemClock,
    timers: systemTimers,
    random: Math.random,
    events: new Emitter(),
  })
  const [timers, random] = [systemTimers, Math.random]
  const remover = removerOf({
    store,
    leases,
    timers,
    onFault: () => undefined,
    onRefused: () => undefined,
  })
  const timing = { timers, random }
  const nobody = { found: () => undefined, trouble: () => undefined, fault: () => undefined }
  const { settings, clock } = store
  const { verifier, openQueue: open } = sns
  const acceptor = new Acceptor({
    inbox: store.inbox,
    settings,
    verifier,
    chooseSite: chooseLane(settings),
    clock,
    events: new Emitter(),
    // Stored as due: the next gateway confirms it.
    onConfirmationDue: () => undefined,
  })
  return {
    context: operationContext({
      store,
      confirmations,
      remover,
      releaseWatcher: releaseWatcherOf({ ...timing, store, remover, leases, told: nobody }),
      clock,
      timers,
      acceptor,
      queues: {
        open,
        drain: drainThrough({ open, acceptor, settings, verifier, clock, timers, random }),
        standings: null,
      },
      alarms: storedAlarms(config, store),
      retention: composeRetention(config, store),
      lanes: null,
      resumeSite: null,
      health: null,
      refusals: null,
    }),
    close: async () => {
      acceptor.close()
      await sns.close()
      await store.close()
    },
  }
}

async function openFor(config: Config, need: Need, onNothing: () => void): Promise<Store> {
  const options = { ...storeOptions(config), clock: systemClock }
  const isShared = config.databaseUrl !== null
  if (!isShared && need === 'change') requireDatabase(path.join(options.folder, fileNames.database))
  // A database server takes writes of a command beside those of all instances, which hear of them.
  if (!isShared && need !== 'look') return openStore({ ...options, access: 'own' })
  try {
    return await openStore({ ...options, access: 'read' })
  } catch (error) {
    const code = error instanceof GatewayError ? error.code : null
    if (code === 'STORAGE_MISSING' && need === 'change') throw error
    if (code === 'STORAGE_MISSING' && need === 'look') {
      onNothing()
      return openNothing(options)
    }
    // Nothing there yet, or not yet migrated: only the owner may change that; and never below running instances.
    if (code !== 'STORAGE_MISSING' && (isShared || code !== 'STORAGE_OLDER_SCHEMA')) throw error
    return openStore({ ...options, access: 'own' })
  }
}

/** To look at where nothing is yet: looking makes nothing, in the wrong folder least of all. */
async function openNothing(options: Omit<StoreOptions, 'access'>): Promise<Store> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-nothing-'))
  const gone = async (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const store = await openStore({ ...options, folder, databaseUrl: null, access: 'own' })
    const close = async (): Promise<void> => {
      await store.close()
      await gone()
    }
    return { ...store, close }
  } catch (error) {
    await gone()
    throw error
  }
}

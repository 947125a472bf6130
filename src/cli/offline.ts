import { systemClock } from '../clock.ts'
import { openStore } from '../compose/openStore.ts'
import { operationContext } from '../compose/operationContext.ts'
import { snsParts } from '../compose/snsParts.ts'
import type { Config } from '../config/schema.ts'
import type { OperationContext } from '../control/context.ts'
import { Emitter } from '../emitter.ts'
import { ConfirmationLoop } from '../ingest/confirmations.ts'
import { systemTimers } from '../timers.ts'

export interface Offline {
  readonly context: OperationContext
  readonly close: () => Promise<void>
}

/**
 * What operations work on where no gateway runs. The folder is locked for those that write, so that none
 * starts meanwhile; reading goes beside anything.
 * @throws GatewayError STORAGE_…
 */
export async function openOffline(config: Config, writes: boolean): Promise<Offline> {
  const store = await openStore({
    folder: config.dataFolder,
    keyFile: config.keyFile,
    clock: systemClock,
    lock: writes,
  })
  const sns = snsParts(config.certificatesFolder, systemClock)
  const confirmations = new ConfirmationLoop({
    settings: store.settings,
    verifier: sns.verifier,
    confirm: sns.confirm,
    clock: systemClock,
    timers: systemTimers,
    random: Math.random,
    events: new Emitter(),
  })
  return {
    context: operationContext({ store, confirmations, clock: systemClock, refusals: null }),
    close: async () => {
      await sns.close()
      await store.close()
    },
  }
}

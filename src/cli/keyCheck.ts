import { systemClock } from '../clock.ts'
import { openStore } from '../compose/openStore.ts'
import { storeOptions } from '../compose/storeOptions.ts'
import type { Problem } from '../config/problems.ts'
import type { Config } from '../config/schema.ts'
import { GatewayError } from '../errors/gatewayError.ts'

/** Whether a gateway would be refused for its key. Looks beside whoever runs. @throws GatewayError STORAGE_… */
export async function keyProblems(config: Config): Promise<readonly Problem[]> {
  const store = await openToRead(config)
  try {
    store?.settings.requireKey()
    return []
  } catch (error) {
    if (!(error instanceof GatewayError) || !error.code.startsWith('SECRET_KEY_')) throw error
    return [{ line: null, setting: 'keyFile', message: `${error.message} (${error.code}). ${error.hint}` }]
  } finally {
    await store?.close()
  }
}

/** null where nothing is stored yet. */
async function openToRead(config: Config): Promise<Awaited<ReturnType<typeof openStore>> | null> {
  try {
    return await openStore({ ...storeOptions(config), clock: systemClock, access: 'read' })
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'STORAGE_MISSING') return null
    throw error
  }
}

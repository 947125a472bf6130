import type { Config } from '../config/schema.ts'
import type { StoreOptions } from './openStore.ts'

/** Where the configuration says that everything is kept. */
export function storeOptions(
  config: Config,
): Pick<StoreOptions, 'folder' | 'databaseUrl' | 'keyFile' | 'requireDurable'> {
  const { dataFolder: folder, databaseUrl, keyFile, databaseDurability } = config
  return { folder, databaseUrl, keyFile, requireDurable: databaseDurability === 'required' }
}

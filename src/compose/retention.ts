import type { Config } from '../config/schema.ts'
import type { RetentionKind } from '../retention/kinds.ts'
import { Retention } from '../retention/retention.ts'
import type { Store } from './store.ts'

/** What is kept how long, by the configuration and on this store. */
export function composeRetention(
  { retention: ages }: Pick<Config, 'retention'>,
  { retention: store, addressKey, clock }: Pick<Store, 'retention' | 'addressKey' | 'clock'>,
  onRemoved?: (kind: RetentionKind, count: number) => void,
): Retention {
  return new Retention({
    store,
    ages,
    clock,
    readyForNames: async () => {
      if (addressKey.known() !== null) return true
      // The other instances hear of it within seconds, and must before they meet what it made: the next round begins.
      await addressKey.make()
      return false
    },
    ...(onRemoved === undefined ? {} : { onRemoved }),
  })
}

import { awsSuppressionLists, type SuppressionLists } from '../aws/suppressionList.ts'
import type { HeldLeases } from '../leases/heldLeases.ts'
import { Remover } from '../suppression/remover.ts'
import type { Timers } from '../timers.ts'
import type { Store } from './store.ts'

export interface RemovalSurroundings {
  readonly store: Pick<Store, 'removals' | 'settings' | 'clock'>
  readonly leases: Pick<HeldLeases, 'standing' | 'onChange'>
  readonly timers: Timers
  readonly onFault: (error: unknown) => void
  readonly onRefused: (error: string) => void
}

/** What removes addresses from SES's suppression lists: through AWS's own client, unless a test says otherwise. */
export function removerOf(
  { store, ...surroundings }: RemovalSurroundings,
  lists: SuppressionLists = awsSuppressionLists(),
): Remover {
  const { removals, settings, clock } = store
  return new Remover({ ...surroundings, removals, lists, settings, clock })
}

import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors/gatewayError.ts'
import { Retention } from './retention.ts'
import { noProgress, type RetentionProgress, type RetentionStore } from './retentionStore.ts'

const day = 86_400_000
const ages = { rawMessages: 30, opensAndClicks: 30, facts: 90, addresses: 365, messageKeys: 90, ledger: 1095 }

/** Events of one day, of which one cannot be read. */
function storeOf(count: number, damagedId: number): { readonly store: RetentionStore; readonly removed: number[] } {
  const removed: number[] = []
  let progress: RetentionProgress = noProgress
  const store: RetentionStore = {
    look: async (_kind, { after, limit }) =>
      Array.from({ length: count }, (_, index) => ({ at: 1, id: index + 1, isDue: !removed.includes(index + 1) }))
        .filter(({ id }) => id > (after?.id ?? 0))
        .slice(0, limit),
    remove: async (_kind, ids) => {
      if (ids.includes(damagedId)) throw new GatewayError('STORAGE_CORRUPT', `mail event ${damagedId} cannot be read`)
      removed.push(...ids)
      return ids.length
    },
    progress: async () => progress,
    saveProgress: async (_kind, next) => {
      progress = next
    },
    giveBack: async () => false,
  }
  return { store, removed }
}

describe('a step of retention', () => {
  it('passes a row that cannot be read, says so, and takes the names of all others', async () => {
    const { store, removed } = storeOf(150, 40)
    const clock = { now: () => 400 * day }
    const retention = new Retention({ store, ages, clock, readyForNames: async () => true })
    await expect(retention.step('addresses')).rejects.toThrow('mail event 40 cannot be read')
    expect(removed).toHaveLength(99)
    expect(await retention.step('addresses')).toEqual({ removed: 50, ended: true })
    expect((await store.progress('addresses')).removed).toBe(149)
  })
})

import type { Queries, SqlValue, Transaction } from '../../database/postgres/queries.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { Fence } from '../leases.ts'

/**
 * The parts of a statement that writes under a lease: a table for its WITH, and the condition that each of its
 * writes takes on. The row of the lease stays locked until the transaction ends, which whoever takes the lease
 * over has to wait for; and who finds it taken over writes nothing.
 *
 * @param lease `$n`: its parameter, as `owner`'s with the next of {@link fenceValues}
 */
export function fenceSql(lease: string, owner: string): { readonly table: string; readonly holds: string } {
  return {
    table: `fence AS MATERIALIZED (SELECT 1 FROM lease WHERE name = ${lease} AND owner = ${owner} FOR SHARE)`,
    holds: `(${lease}::text IS NULL OR EXISTS (SELECT 1 FROM fence))`,
  }
}

/** Two values; of no fence two that always hold. */
export function fenceValues(fence: Fence | undefined): readonly [SqlValue, SqlValue] {
  return [fence?.lease ?? null, fence?.owner ?? null]
}

/**
 * The same at the beginning of a transaction of several statements.
 * @throws GatewayError LEASE_LOST
 */
export async function holdFence(queries: Queries, fence: Fence | undefined): Promise<void> {
  await lockLease(queries, fence, 'SHARE')
}

/**
 * Waits until every transaction has ended that holds the fence, which one may that this process no longer hears of:
 * its connection broke during the commit, and the server has not come to it yet.
 * @throws GatewayError LEASE_LOST; STORAGE_UNAVAILABLE where it takes longer than one waits for locks
 */
export async function passFence(queries: Transaction, fence: Fence | undefined): Promise<void> {
  await lockLease(queries, fence, 'UPDATE')
}

async function lockLease(queries: Queries, fence: Fence | undefined, lock: 'SHARE' | 'UPDATE'): Promise<void> {
  if (fence === undefined) return
  const held = await queries.query(`SELECT 1 FROM lease WHERE name = $1 AND owner = $2 FOR ${lock}`, [
    fence.lease,
    fence.owner,
  ])
  if (held.length === 0) throw new GatewayError('LEASE_LOST', `the lease "${fence.lease}" has gone to another instance`)
}

import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import type { Ledger } from '../ledger.ts'
import { readingAddressBounces } from './addressBounces.ts'
import { beginning } from './begin.ts'
import { readingCounts } from './counts.ts'
import { finding } from './entries.ts'
import { planning } from './plan.ts'
import { redeciding } from './redecide.ts'
import { reopening } from './reopen.ts'
import { searching } from './search.ts'
import { settling } from './settle.ts'

/**
 * The ledger in PostgreSQL, for any number of instances: a file here for each transition of the state machine in
 * `../ledger.ts`. Two transactions about the same rows meet at locks that both take in the order of ids.
 */
export function postgresLedger(database: PostgresDatabase): Ledger {
  const counts = new DeltaCounts(database, { table: 'effect_count', columns: ['site', 'kind', 'state'] })
  return {
    plan: planning(database, counts),
    find: finding(database),
    begin: beginning(database, counts),
    settle: settling(database, counts),
    redecide: redeciding(database, counts),
    reopen: reopening(database, counts),
    addressBounces: readingAddressBounces(database),
    search: searching(database),
    counts: readingCounts(database),
  }
}

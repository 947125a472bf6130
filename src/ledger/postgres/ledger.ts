import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import type { KnownPseudonyms } from '../../privacy/pseudonyms.ts'
import type { Ledger } from '../ledger.ts'
import { readingAddressBounces } from './addressBounces.ts'
import { beginning } from './begin.ts'
import { readingCounts } from './counts.ts'
import { finding } from './entries.ts'
import { planning } from './plan.ts'
import { redeciding } from './redecide.ts'
import { readingBegunReports } from './begunReports.ts'
import { reopening } from './reopen.ts'
import { searching } from './search.ts'
import { settling } from './settle.ts'
import { readingUnfinished } from './unfinished.ts'

/**
 * The ledger in PostgreSQL, for any number of instances: a file here for each transition of the state machine in
 * `../ledger.ts`. Two transactions about the same rows meet at locks that both take in the order of ids.
 */
export function postgresLedger(database: PostgresDatabase, pseudonyms: KnownPseudonyms): Ledger {
  const counts = new DeltaCounts(database, { table: 'effect_count', columns: ['site', 'kind', 'state'] })
  return {
    plan: planning(database, counts, pseudonyms),
    find: finding(database, pseudonyms),
    begin: beginning(database, counts),
    settle: settling(database, counts),
    redecide: redeciding(database, counts),
    reopen: reopening(database, counts),
    begunReports: readingBegunReports(database),
    unfinished: readingUnfinished(database),
    addressBounces: readingAddressBounces(database, pseudonyms),
    search: searching(database, pseudonyms),
    counts: readingCounts(database),
  }
}

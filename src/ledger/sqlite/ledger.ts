import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { KnownPseudonyms } from '../../privacy/pseudonyms.ts'
import type { Ledger } from '../ledger.ts'
import { readingAddressBounces } from './addressBounces.ts'
import { beginning } from './begin.ts'
import { readingCounts } from './counts.ts'
import { entryReader, finding } from './entries.ts'
import { planning } from './plan.ts'
import { redeciding } from './redecide.ts'
import { readingBegunReports } from './begunReports.ts'
import { reopening } from './reopen.ts'
import { replacingEffects } from './replaceEffects.ts'
import { searching } from './search.ts'
import { settling } from './settle.ts'
import { readingUnfinished } from './unfinished.ts'

/** The ledger in SQLite: a file here for each transition of the state machine in `../ledger.ts`. */
export function sqliteLedger(database: SqliteDatabase, pseudonyms: KnownPseudonyms): Ledger {
  const reader = entryReader(database, pseudonyms)
  const replaceEffects = replacingEffects(database)
  return {
    plan: planning(database, reader, replaceEffects),
    find: finding(database, reader),
    begin: beginning(database),
    settle: settling(database),
    redecide: redeciding(database, reader, replaceEffects),
    reopen: reopening(database),
    begunReports: readingBegunReports(database),
    unfinished: readingUnfinished(database),
    addressBounces: readingAddressBounces(database, pseudonyms),
    search: searching(database, reader, pseudonyms),
    counts: readingCounts(database),
  }
}

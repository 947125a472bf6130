import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { Emitter } from '../../emitter.ts'
import type { Inbox } from '../inbox.ts'
import { accepting } from './accept.ts'
import { readingBacklog, readingDeadCount, readingNextDue } from './backlog.ts'
import { claiming } from './claim.ts'
import { hastening } from './hasten.ts'
import { readingPutOff } from './putOff.ts'
import { releasing } from './release.ts'
import { renewing } from './renew.ts'
import { dropping, readingDropped, readingUnclaimedIds, readingWaitingIds, reassigning } from './reassign.ts'
import { reviving } from './revive.ts'
import { settling } from './settle.ts'
import { readingDeadLetters, readingOne } from './stored.ts'
import type { WorkEvents } from './workEvents.ts'

/**
 * The inbox in SQLite: a file here for each transition of the state machine in `../inbox.ts`. In the
 * table `claimed` is a waiting row with an owner, whose `due_at` is the end of the lease; so one
 * comparison, `due_at <= now`, finds all that may be claimed.
 */
export function sqliteInbox(database: SqliteDatabase): Inbox {
  const work = new Emitter<WorkEvents>()
  return {
    accept: accepting(database, work),
    claim: claiming(database),
    renew: renewing(database),
    settle: settling(database),
    releaseLane: releasing(database, work),
    backlog: readingBacklog(database),
    nextDue: readingNextDue(database),
    putOff: readingPutOff(database),
    read: readingOne(database),
    deadLetters: readingDeadLetters(database),
    deadCount: readingDeadCount(database),
    revive: reviving(database, work),
    hasten: hastening(database),
    waitingIds: readingWaitingIds(database),
    ofNoSite: readingUnclaimedIds(database),
    reassign: reassigning(database, work),
    drop: dropping(database),
    dropped: readingDropped(database),
    onWork: (listener) => work.on('work', listener),
  }
}

import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
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
import { WorkNews } from './workNews.ts'

/**
 * The inbox in PostgreSQL, for any number of instances: a file here for each transition of the state machine in
 * `../inbox.ts`. In the table `claimed` is a waiting row with an owner, whose `due_at` is the end of the lease;
 * so one comparison, `due_at <= now`, finds all that may be claimed.
 */
export function postgresInbox(database: PostgresDatabase): Inbox {
  const news = new WorkNews(database)
  const counts = new DeltaCounts(database, { table: 'notification_count', columns: ['site', 'state'] })
  return {
    accept: accepting(database, news, counts),
    claim: claiming(database),
    renew: renewing(database),
    settle: settling(database, counts),
    releaseLane: releasing(database, news),
    backlog: readingBacklog(database),
    nextDue: readingNextDue(database),
    putOff: readingPutOff(database),
    read: readingOne(database),
    deadLetters: readingDeadLetters(database),
    deadCount: readingDeadCount(database),
    revive: reviving(database, news, counts),
    hasten: hastening(database),
    waitingIds: readingWaitingIds(database),
    ofNoSite: readingUnclaimedIds(database),
    reassign: reassigning(database, news, counts),
    drop: dropping(database, counts),
    dropped: readingDropped(database),
    onWork: (listener) => news.on(listener),
  }
}

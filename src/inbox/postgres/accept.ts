import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import { GroupCommit } from '../../database/postgres/groupCommit.ts'
import { hex, identityOf } from '../../database/hash.ts'
import type { Inbox, NewNotification } from '../inbox.ts'
import type { WorkNews } from './workNews.ts'

type Outcome = 'stored' | 'duplicate'

interface Arrival {
  readonly identity: Uint8Array
  readonly notification: NewNotification
}

/**
 * A group in one statement, and so in one transaction. Ids follow the order of arrival; rows are inserted in the
 * order of their keys, so that two instances which are sent the same messages wait for each other in one
 * direction only. Bodies travel as one value in binary: in an array each byte would be written as two digits. What
 * was stored is picked by an array, not by a join: the planner expects ten rows of an array that has a hundred, and
 * joins them in loops.
 */
const insertGroup = `
  WITH arrival AS MATERIALIZED (
    SELECT nextval('notification_id_seq') AS id, * FROM unnest(
      $1::bytea[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[],
      $10::text[], $11::bigint[], $12::integer[], $13::integer[]
    ) WITH ORDINALITY AS t (identity, site, received_at, addressed, message_id, topic_arn, channel, published_at,
      signature_version, certificate_url, verified_at, raw_start, raw_length, place)
    ORDER BY place
  ), stored AS (
    INSERT INTO notification (id, identity, site, state, due_at, attempts, received_at)
    SELECT id, identity, site, 'waiting', 0, 0, received_at FROM arrival ORDER BY identity
    ON CONFLICT (identity) DO NOTHING
    RETURNING id, identity
  ), message AS (
    INSERT INTO notification_message (id, addressed, message_id, topic_arn, channel, published_at,
      signature_version, certificate_url, verified_at, raw)
    SELECT id, addressed, message_id, topic_arn, channel, published_at, signature_version, certificate_url,
      verified_at, substring($14::bytea FROM raw_start FOR raw_length)
    FROM arrival WHERE id = ANY (ARRAY(SELECT id FROM stored))
  )
  SELECT identity FROM stored`

/** (nothing) → waiting. The unique index makes a repeated delivery a duplicate, whichever instance has the first. */
export function accepting(database: PostgresDatabase, news: WorkNews, counts: DeltaCounts): Inbox['accept'] {
  const group = new GroupCommit<Arrival, Outcome>({
    write: async (arrivals) => {
      const outcomes = await insert(database, arrivals)
      counts.written()
      return outcomes
    },
    bytesOf: ({ notification }) => notification.raw.byteLength,
  })

  return async function accept(notification) {
    const identity = identityOf(notification.addressed, notification.messageId)
    const outcome = await group.commit({ identity, notification })
    if (outcome === 'stored') news.tell([notification.site])
    return outcome
  }
}

async function insert(database: PostgresDatabase, arrivals: readonly Arrival[]): Promise<readonly Outcome[]> {
  const each = <Value>(of: (notification: NewNotification) => Value): readonly Value[] =>
    arrivals.map(({ notification }) => of(notification))
  let start = 1
  const starts = each(({ raw }) => {
    start += raw.byteLength
    return start - raw.byteLength
  })
  const stored = await database.query<{ readonly identity: Uint8Array }>(insertGroup, [
    arrivals.map(({ identity }) => identity),
    each(({ site }) => site),
    each(({ receivedAt }) => receivedAt),
    each(({ addressed }) => addressed),
    each(({ messageId }) => messageId),
    each(({ topicArn }) => topicArn),
    each(({ channel }) => channel),
    each(({ publishedAt }) => publishedAt),
    each(({ verdict }) => verdict.signatureVersion),
    each(({ verdict }) => verdict.certificateUrl),
    each(({ verdict }) => verdict.verifiedAt),
    starts,
    each(({ raw }) => raw.byteLength),
    Buffer.concat(each(({ raw }) => raw)),
  ])
  const created = new Set(stored.map(({ identity }) => hex(identity)))
  // Of one that came twice in this very group the first was stored.
  return arrivals.map(({ identity }) => (created.delete(hex(identity)) ? 'stored' : 'duplicate'))
}

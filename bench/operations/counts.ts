import type { Marks } from './marks.ts'
import { type Home, select } from './outside.ts'

/** How much there is of what was there before the run, by kind and state. */
export type Counts = Readonly<Record<string, number>>

export async function readCounts(home: Home, marks: Marks): Promise<Counts> {
  const rows = await select(
    home,
    `SELECT 'notification ' || state AS what, count(*) AS n FROM notification
       WHERE id <= ${marks.notification} GROUP BY state
     UNION ALL SELECT 'message', count(*) FROM notification_message WHERE id <= ${marks.notification}
     UNION ALL SELECT 'mail event ' || kind, count(*) FROM mail_event WHERE id <= ${marks.mail_event} GROUP BY kind
     UNION ALL SELECT 'sighting', count(*) FROM sighting WHERE event_id <= ${marks.mail_event}
     UNION ALL SELECT 'facts', count(*) FROM event_facts WHERE event_id <= ${marks.mail_event}
     UNION ALL SELECT 'effect ' || kind || ' ' || state, count(*) FROM effect
       WHERE id <= ${marks.effect} GROUP BY kind, state
     UNION ALL SELECT 'bounce', count(*) FROM mailing_bounce WHERE id <= ${marks.mailing_bounce}
     UNION ALL SELECT 'address hold ' || on_hold, count(*) FROM contact_email
       WHERE id <= ${marks.contact_email} GROUP BY on_hold
     UNION ALL SELECT 'contact opt-out ' || is_opt_out, count(*) FROM contact
       WHERE id <= ${marks.contact} GROUP BY is_opt_out
     UNION ALL SELECT 'undone ' || state, count(*) FROM undone_effect GROUP BY state`,
  )
  return Object.fromEntries(rows.map(({ what, n }) => [String(what), Number(n)]))
}

/** What is otherwise than it must be, in words. @param changes by how much each count was to change */
export function differences(before: Counts, after: Counts, changes: Counts): readonly string[] {
  const names = new Set([before, after, changes].flatMap((one) => Object.keys(one)))
  return [...names].flatMap((name) => {
    const wanted = (before[name] ?? 0) + (changes[name] ?? 0)
    const found = after[name] ?? 0
    return found === wanted ? [] : [`${name}: ${found}, must be ${wanted}`]
  })
}

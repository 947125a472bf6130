import type { Marks } from './marks.ts'
import { type Home, select } from './outside.ts'

/** A notification that was answered 200: a hard bounce of a copy of a mailing. */
export interface Taken {
  readonly messageId: string
  /** SES's id of the mail, a new one in each. */
  readonly mailId: string
  readonly queueId: number
  /** When it was answered, epoch ms. */
  readonly at: number
}

/** What the store has of all that arrived in the run. */
export interface Stored {
  /** States of the notifications with this MessageId. */
  readonly notifications: ReadonlyMap<string, readonly string[]>
  /** Mail events of this mail. */
  readonly events: ReadonlyMap<string, readonly StoredEvent[]>
  /** Rows in the contact store by queue row. */
  readonly bounces: ReadonlyMap<number, number>
}

export interface StoredEvent {
  readonly effects: number
  readonly done: number
  /** Begun and not known to be done: the contact store may have it. */
  readonly calling: number
}

export interface Balance {
  readonly lost: number
  readonly doubled: number
  /** The first few, in words. */
  readonly examples: readonly string[]
}

export async function readStored(home: Home, marks: Marks): Promise<Stored> {
  const notifications = await select(
    home,
    `SELECT m.message_id AS id, n.state FROM notification n LEFT JOIN notification_message m ON m.id = n.id
     WHERE n.id > ${marks.notification}`,
  )
  const events = await select(
    home,
    `SELECT e.ses_message_id AS id, count(f.id) AS effects,
       sum(CASE WHEN f.state = 'done' THEN 1 ELSE 0 END) AS done,
       sum(CASE WHEN f.state = 'calling' THEN 1 ELSE 0 END) AS calling
     FROM mail_event e LEFT JOIN effect f ON f.event_id = e.id
     WHERE e.id > ${marks.mail_event} GROUP BY e.id, e.ses_message_id`,
  )
  const bounces = await select(
    home,
    `SELECT queue_id AS id, count(*) AS n FROM mailing_bounce WHERE id > ${marks.mailing_bounce} GROUP BY queue_id`,
  )
  return {
    notifications: groupedBy(notifications, ({ state }) => String(state)),
    events: groupedBy(events, ({ effects, done, calling }) => ({
      effects: Number(effects),
      done: Number(done),
      calling: Number(calling),
    })),
    bounces: new Map(bounces.map(({ id, n }) => [Number(id), Number(n)])),
  }
}

/** What was answered against what is there once nothing waits any more: each recorded once, with its one effect. */
export function balance(taken: readonly Taken[], stored: Stored): Balance {
  const tally = new Tally()
  for (const { messageId, mailId } of taken) {
    const states = stored.notifications.get(messageId) ?? []
    const events = stored.events.get(mailId) ?? []
    tally.compare(`notification ${messageId}`, states.filter((state) => state === 'recorded').length, 1)
    if (states.length > 1) tally.compare(`rows of notification ${messageId}`, states.length, 1)
    tally.compare(`mail event of ${messageId}`, events.length, 1)
    tally.compare(`effect of ${messageId}`, sum(events, 'done'), 1)
    if (sum(events, 'effects') > 1) tally.compare(`planned effects of ${messageId}`, sum(events, 'effects'), 1)
  }
  for (const [queueId, some] of Map.groupBy(taken, (one) => one.queueId))
    tally.compare(`bounces of queue row ${queueId}`, stored.bounces.get(queueId) ?? 0, some.length)
  return tally.balance()
}

/**
 * A copy of the store as of one moment: what was answered before is there, and nothing is half: an event has its
 * notification, a recorded notification its event and effect, a done effect its row in the contact store.
 *
 * @param before when the copy was begun, epoch ms
 */
export function balanceOfCopy(taken: readonly Taken[], stored: Stored, before: number): Balance {
  const tally = new Tally()
  for (const { messageId, mailId, at } of taken) {
    const states = stored.notifications.get(messageId) ?? []
    const events = stored.events.get(mailId) ?? []
    if (at < before || states.length > 1) tally.compare(`notification ${messageId}`, states.length, 1)
    if (states[0] === 'recorded') tally.compare(`effect of ${messageId}`, sum(events, 'done'), 1)
    if (events.length > states.length)
      tally.compare(`events of notification ${messageId}`, events.length, states.length)
  }
  for (const [queueId, some] of Map.groupBy(taken, (one) => one.queueId)) {
    const events = some.flatMap(({ mailId }) => stored.events.get(mailId) ?? [])
    const [found, least] = [stored.bounces.get(queueId) ?? 0, sum(events, 'done')]
    const most = least + sum(events, 'calling')
    if (found < least || found > most)
      tally.compare(`bounces of queue row ${queueId}`, found, found < least ? least : most)
  }
  return tally.balance()
}

class Tally {
  #lost = 0
  #doubled = 0
  readonly #examples: string[] = []

  compare(what: string, found: number, wanted: number): void {
    if (found === wanted) return
    if (found < wanted) this.#lost += wanted - found
    else this.#doubled += found - wanted
    if (this.#examples.length < 5) this.#examples.push(`${what}: ${found}, must be ${wanted}`)
  }

  balance(): Balance {
    return { lost: this.#lost, doubled: this.#doubled, examples: this.#examples }
  }
}

function sum(events: readonly StoredEvent[], name: keyof StoredEvent): number {
  return events.reduce((total, event) => total + event[name], 0)
}

function groupedBy<Value>(
  rows: readonly Readonly<Record<string, unknown>>[],
  value: (row: Readonly<Record<string, unknown>>) => Value,
): ReadonlyMap<string, readonly Value[]> {
  const grouped = Map.groupBy(rows, ({ id }) => String(id))
  return new Map([...grouped].map(([id, some]) => [id, some.map((row) => value(row))]))
}

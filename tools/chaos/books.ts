import type { CrmRows, StoredPerson } from './crms/crmUnderTest.ts'
import type { ToldEvent } from './stream.ts'

/** What the gateway itself says of a mail event, read from its database by plain SQL. */
export interface LedgerLine {
  /** Entries for this event: one, whatever came how often. */
  readonly entries: number
  readonly uncertain: boolean
}

/** One event that did not come out as it must. */
export interface Mistake {
  readonly event: string
  readonly story: string
  readonly what: string
}

export interface Balance {
  /** Mail events told, however often. */
  readonly sent: number
  /** Exactly as it must be in the CRM's own tables: the one bounce row, or none where none belongs. */
  readonly recordedOnce: number
  /** No row, and nobody says so. */
  readonly lost: number
  readonly doubled: number
  /** Effects that the gateway calls uncertain: … */
  readonly uncertain: number
  /** … of which so many are recorded all the same. */
  readonly uncertainRecorded: number
  /** Rows of a wrong type, wrong holds and opt-outs, events not kept exactly once in the ledger. */
  readonly wrong: number
  readonly mistakes: readonly Mistake[]
}

/** Bounces of a type until CiviCRM holds an address: of a fresh installation, written here without a look at ours. */
const thresholds: Readonly<Record<string, number>> = { Invalid: 1, Spam: 1, Quota: 3 }

/**
 * Balances what was sent against what is there, event by event and person by person.
 *
 * @param ledger of each event; a missing one counts as not kept
 */
export function balance(
  events: readonly ToldEvent[],
  rows: CrmRows,
  ledger: (event: ToldEvent) => LedgerLine,
): Balance {
  const mistakes: Mistake[] = []
  const counts = { recordedOnce: 0, lost: 0, doubled: 0, uncertain: 0, uncertainRecorded: 0 }
  for (const event of events) {
    const { person, queueId, mail } = event
    const line = ledger(event)
    const note = (what: string): number => mistakes.push({ event: mail.messageId, story: person.story.name, what })
    if (line.entries !== 1) note(`${line.entries} entries in the ledger`)
    const found = queueId === null ? [] : (rows.bounces.get(queueId) ?? [])
    const expected = queueId === null ? null : person.story.bounceType
    const wanted = expected === null ? 0 : 1
    if (line.uncertain) counts.uncertain += 1
    if (found.some((type) => type !== expected)) note(`recorded as ${found.join(', ')}`)
    if (found.length > wanted) {
      counts.doubled += 1
      note(`${found.length} rows`)
    } else if (found.length === wanted) {
      counts.recordedOnce += 1
      if (line.uncertain) counts.uncertainRecorded += 1
    } else if (!line.uncertain) {
      counts.lost += 1
      note('lost')
    }
  }
  for (const person of new Set(events.map((event) => event.person)))
    for (const what of wrongFlags(person, rows)) mistakes.push({ event: '', story: person.story.name, what })
  const wrong = mistakes.length - counts.lost - counts.doubled
  return { sent: events.length, ...counts, wrong, mistakes }
}

/** A hold must follow from the rows that are there: a lost row is counted above, not twice. */
function wrongFlags(person: StoredPerson, { bounces, onHold, optedOut }: CrmRows): readonly string[] {
  const { story, emailId, contactId, rows } = person
  const counted = new Map<string, number>()
  for (const type of rows.flatMap(({ queueId }) => bounces.get(queueId) ?? []))
    counted.set(type, (counted.get(type) ?? 0) + 1)
  const byRows = [...counted].some(([type, count]) => count >= (thresholds[type] ?? Infinity))
  const mustHold = story.mailing ? byRows : story.onHold
  const told: string[] = []
  if (onHold.has(emailId) !== mustHold) told.push(`${person.email} is ${mustHold ? 'not ' : ''}on hold`)
  if (optedOut.has(contactId) !== story.optedOut)
    told.push(`${person.email} is ${story.optedOut ? 'not ' : ''}opted out`)
  return told
}

/**
 * What DESIGN promises: nothing doubled, ever; nothing lost that is not said to be uncertain; and nothing
 * uncertain where the credential lets the gateway look.
 */
export function isKept(books: Balance, mayLook: boolean): boolean {
  const { sent, recordedOnce, lost, doubled, uncertain, uncertainRecorded, wrong } = books
  const balanced = recordedOnce + (uncertain - uncertainRecorded) === sent
  return balanced && lost === 0 && doubled === 0 && wrong === 0 && (!mayLook || uncertain === 0)
}

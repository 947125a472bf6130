import type { Effect } from '../civimail/decision.ts'
import { namelessEffect } from '../privacy/nameless.ts'
import type { Person } from '../privacy/person.ts'
import type { Pseudonyms } from '../privacy/pseudonyms.ts'
import { fromJson } from '../ledger/rows.ts'
import { find, type Finding } from './find.ts'
import { GoneWithOthers } from './goneWithOthers.ts'
import { messageWithout } from './message.ts'
import { packedChange, unpackedRow } from './packed.ts'
import { type Place, underWay } from './places.ts'
import type { Change, Row } from './personStore.ts'
import { type CountedRows, RowCounts } from './rowCounts.ts'
import { type Found, type Walk, walk } from './walk.ts'

export interface ForgetReport {
  readonly dryRun: boolean
  /** Rows changed, or to be changed, by place. */
  readonly changed: readonly CountedRows[]
  /** Rows that stay as they are until they are finished: then it is to be asked again. */
  readonly left: readonly CountedRows[]
  /** Rows that are damaged: nobody can say whether he is in them. */
  readonly unreadable: readonly CountedRows[]
  /** It was broken off. */
  readonly brokenOff: boolean
}

export interface ForgetOptions extends Walk {
  readonly pseudonyms: Pseudonyms
  readonly dryRun: boolean
}

/**
 * Takes a person out of every place, a few rows at a time; whatever is done is done for good, so it may be broken off
 * and asked for again. What must live on lives on with his pseudonym: that an event was seen, that his address was
 * refused, that he is on hold or wants no mail.
 */
export async function forget(options: ForgetOptions): Promise<ForgetReport> {
  const { store, person, dryRun } = options
  const changed = new RowCounts()
  const left = new RowCounts()
  const unreadable = new RowCounts()
  const gone = new GoneWithOthers(person)
  const ended = await walk(
    options,
    async (place, found) => {
      const some = found.filter(
        ({ row, finding }) => (finding.isSubject || finding.columns.length > 0) && !gone.has(place, row),
      )
      const waiting = some.filter(({ row }) => isUnderWay(place, row))
      const ready = some.filter(({ row }) => !isUnderWay(place, row))
      const done = await forgetRows(options, place, ready)
      gone.add(place, ready, done.nameless)
      left.add(place.what, waiting.length + done.left)
      changed.add(place.what, done.changed)
    },
    ({ what }, rows) => unreadable.add(what, rows),
  )
  if (!dryRun && !changed.isEmpty) await store.finish()
  return { dryRun, changed: changed.list(), left: left.list(), unreadable: unreadable.list(), brokenOff: !ended }
}

/** Whether it needs what it says of him: a message that waits, an effect that may be called. */
function isUnderWay(place: Place, row: Row): boolean {
  if (place.table === 'notification_message') return row['state'] === 'waiting'
  if (place.table === 'mail_event') return row['under_way'] === 1
  return place.table === 'effect' && underWay.some((state) => state === row['state'])
}

async function forgetRows(
  options: ForgetOptions,
  place: Place,
  found: readonly Found[],
): Promise<{ readonly changed: number; readonly left: number; readonly nameless: readonly number[] }> {
  const { store, dryRun, pseudonyms } = options
  const isEvent = place.table === 'mail_event'
  const events = isEvent ? found.filter(({ finding }) => finding.isSubject) : []
  const ids = events.map(({ row }) => Number(row['id']))
  if (dryRun || found.length === 0) return { changed: found.length, left: 0, nameless: ids }
  const nameless = ids.length === 0 ? [] : await store.makeNameless(ids, underWay, pseudonyms)
  const others = found.filter(({ finding }) => !(isEvent && finding.isSubject))
  const rows = others.map(({ row }) => row)
  const changed =
    rows.length === 0
      ? 0
      : await store.change(place, rows, (row) => packedChange(place, changeOf(options, place, unpackedRow(place, row))))
  return { changed: nameless.length + changed, left: ids.length - nameless.length, nameless }
}

/** What becomes of a row, as it is now. */
function changeOf({ person, pseudonym, pseudonyms }: ForgetOptions, place: Place, row: Row): Change {
  const finding = find(place, row, person, pseudonym)
  if (finding === null || finding.isNameless || isUnderWay(place, row)) return null
  if (finding.isSubject && place.subject === 'delete') return 'delete'
  // Cut, it would no longer fit its signature, which is still to be looked at.
  if (place.table === 'refused_message') return 'delete'
  if (place.table === 'notification_message' && row['raw'] instanceof Uint8Array) {
    const raw = messageWithout(person, row['raw'])
    return raw === null ? 'delete' : { raw }
  }
  return { ...withoutTexts(person, row, finding), ...(finding.isSubject ? asNameless(place, row, pseudonyms) : {}) }
}

function withoutTexts(person: Person, row: Row, { columns }: Finding): Record<string, string> {
  return Object.fromEntries(
    columns.flatMap((name) => {
      const text = row[name]
      return typeof text === 'string' ? [[name, person.cut(text)] as const] : []
    }),
  )
}

function asNameless(place: Place, row: Row, pseudonyms: Pseudonyms): Record<string, string> {
  const addresses = Object.entries(place.columns).flatMap(([name, form]) => {
    const address = row[name]
    return form === 'address' && typeof address === 'string' ? [[name, pseudonyms.of(address)] as const] : []
  })
  const effect = place.table === 'effect' ? row['effect'] : null
  return {
    ...Object.fromEntries(addresses),
    ...(typeof effect === 'string'
      ? { effect: JSON.stringify(namelessEffect(fromJson<Effect>(effect), pseudonyms)) }
      : {}),
  }
}

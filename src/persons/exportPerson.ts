import { type Json, Person } from '../privacy/person.ts'
import { withoutLinks } from '../privacy/withoutLinks.ts'
import { messageFor } from './message.ts'
import type { Place } from './places.ts'
import type { Row } from './personStore.ts'
import { type CountedRows, RowCounts } from './rowCounts.ts'
import { type Walk, walk } from './walk.ts'

export interface PersonExport {
  /** Every row in which he stands, with what it says of him. */
  readonly stored: readonly ExportedRow[]
  /** Rows that were his and no longer say so: only who has his address can tell. */
  readonly nameless: readonly ExportedRow[]
  /** Rows that are damaged, by place: nobody can say whether he is in them. */
  readonly unreadable: readonly CountedRows[]
  /** It was broken off, so there may be more. */
  readonly brokenOff: boolean
}

export interface ExportedRow {
  readonly what: string
  readonly table: string
  readonly row: Readonly<Record<string, Json>>
}

/** What is stored of a person, from the same places, and by the same ways of finding him, as he is forgotten. */
export async function exportPerson(options: Walk): Promise<PersonExport> {
  const { person } = options
  const stored: ExportedRow[] = []
  const nameless: ExportedRow[] = []
  const unreadable = new RowCounts()
  const ended = await walk(
    options,
    async (place, found) => {
      for (const { row, finding } of found)
        (finding.isNameless && finding.columns.length === 0 ? nameless : stored).push({
          what: place.what,
          table: place.table,
          row: shown(place, row, person),
        })
    },
    ({ what }, rows) => unreadable.add(what, rows),
  )
  return { stored, nameless, unreadable: unreadable.list(), brokenOff: !ended }
}

function shown(place: Place, row: Row, person: Person): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]): readonly [string, Json] => {
      if (value instanceof Uint8Array)
        return [name, withoutLinks(messageFor(person, value, (address) => new Person(address)))]
      const form = place.columns[name]
      if (typeof value !== 'string' || (form !== 'json' && form !== 'packed')) return [name, value]
      return [name, withoutOthers(JSON.parse(value), person)]
    }),
  )
}

/** Of a mail to several people only he is shown. */
function withoutOthers(value: Json, person: Person): Json {
  const others = destinationsOf(value).filter((address) => !person.isHis(address))
  return others.reduce<Json>((left, address) => new Person(address).cutJson(left), value)
}

/** The recipients of the mail of an event, as it is stored. */
function destinationsOf(value: Json): readonly string[] {
  const mail = entry(value, 'mail')
  const destinations = mail === undefined ? undefined : entry(mail, 'destinations')
  return Array.isArray(destinations) ? destinations.filter((one: Json): one is string => typeof one === 'string') : []
}

function entry(value: Json, name: string): Json | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  return Object.entries(value).find(([one]) => one === name)?.[1]
}

import type { Person } from '../privacy/person.ts'
import type { Pseudonym } from '../privacy/pseudonyms.ts'
import { textOf } from './message.ts'
import type { Form, Place } from './places.ts'
import type { Row } from './personStore.ts'

/** What a row says of a person. */
export interface Finding {
  /** He is its subject, by his address. */
  readonly isSubject: boolean
  /** He is its subject, and nothing of him is in it but the pseudonym. */
  readonly isNameless: boolean
  /** Other columns in which he stands. */
  readonly columns: readonly string[]
}

/** @param pseudonym of his address; null where none was ever made. @returns null where he is not in it */
export function find(place: Place, row: Row, person: Person, pseudonym: Pseudonym | null): Finding | null {
  const addresses = columnsOf(place, 'address').map((name) => row[name])
  const isSubject = addresses.some((address) => typeof address === 'string' && person.isHis(address))
  const isNameless = !isSubject && pseudonym !== null && addresses.includes(pseudonym)
  const columns = Object.entries(place.columns).flatMap(([name, form]) =>
    form !== 'address' && isInColumn(person, form, row[name]) ? [name] : [],
  )
  return isSubject || isNameless || columns.length > 0 ? { isSubject, isNameless, columns } : null
}

function columnsOf(place: Place, form: Form): readonly string[] {
  return Object.entries(place.columns).flatMap(([name, one]) => (one === form ? [name] : []))
}

function isInColumn(person: Person, form: Form, value: Row[string] | undefined): boolean {
  if (value instanceof Uint8Array) return person.isInJson(textOf(value))
  if (typeof value !== 'string') return false
  return form === 'text' ? person.isIn(value) : person.isInJson(value)
}

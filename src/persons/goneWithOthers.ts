import type { Person } from '../privacy/person.ts'
import { messageWithout } from './message.ts'
import type { Place } from './places.ts'
import type { Row } from './personStore.ts'
import type { Found } from './walk.ts'

/**
 * Rows in which nothing of a person is left once another row was changed, by the same commit: what belongs to a mail
 * event, and the reason of a dead letter without its message. They do not count once more, in a dry run neither.
 */
export class GoneWithOthers {
  readonly #person: Person
  readonly #events = new Set<number>()
  readonly #effects = new Set<number>()
  readonly #letters = new Set<number>()

  constructor(person: Person) {
    this.#person = person
  }

  /** @param nameless the mail events that became, or would become, nameless */
  add({ table }: Place, rows: readonly Found[], nameless: readonly number[]): void {
    for (const id of nameless) this.#events.add(id)
    if (table !== 'notification_message') return
    for (const { row } of rows) {
      const { id, state, raw } = row
      if (state === 'dead' && raw instanceof Uint8Array && messageWithout(this.#person, raw) === null)
        this.#letters.add(Number(id))
    }
  }

  has({ table }: Place, row: Row): boolean {
    if (table === 'notification') return this.#letters.has(Number(row['id']))
    if (table === 'undone_effect') return this.#effects.has(Number(row['effect_id']))
    if (table !== 'effect' && table !== 'event_facts') return false
    const isGone = this.#events.has(Number(row['event_id']))
    if (isGone && table === 'effect') this.#effects.add(Number(row['id']))
    return isGone
  }
}

import { GatewayError } from '../errors/gatewayError.ts'
import type { Person } from '../privacy/person.ts'
import type { Pseudonym } from '../privacy/pseudonyms.ts'
import { find, type Finding } from './find.ts'
import { unpackedRow } from './packed.ts'
import { type Place, places } from './places.ts'
import type { PersonStore, Row } from './personStore.ts'

/** Rows read in one go: some milliseconds, for which others may have to wait. */
const rowsAtOnce = 50

/** Rows between two words to whoever waits. */
const rowsBetweenWords = 20_000

export interface Walk {
  readonly store: PersonStore
  readonly person: Person
  readonly pseudonym: Pseudonym | null
  /** In which everybody else has the database. */
  readonly pause: () => Promise<void>
  readonly signal: AbortSignal
  readonly progress: (text: string) => void
}

export interface Found {
  readonly row: Row
  readonly finding: Finding
}

/**
 * Looks at every row of every place, since he may stand where no index leads to: as one of several recipients, or in
 * the text of a mail server. What comes meanwhile stands behind what there is, and is met too.
 * @param onUnreadable rows of which nobody can say whether he is in them: they must not keep him in all others
 * @returns whether it came to the end
 */
export async function walk(
  { store, person, pseudonym, pause, signal, progress }: Walk,
  onFound: (place: Place, found: readonly Found[]) => Promise<void>,
  onUnreadable: (place: Place, rows: number) => void,
): Promise<boolean> {
  for (const place of places) {
    let looked = 0
    for (let after: Row | null = null; ;) {
      if (signal.aborted) return false
      const stored: readonly Row[] = await store.read(place, after, rowsAtOnce)
      const rows = stored.flatMap((row) => readable(place, row))
      if (rows.length < stored.length) onUnreadable(place, stored.length - rows.length)
      const found = rows.flatMap((row) => {
        const finding = find(place, row, person, pseudonym)
        return finding === null ? [] : [{ row, finding }]
      })
      if (found.length > 0) await onFound(place, found)
      looked += stored.length
      if (looked > 0 && looked % rowsBetweenWords === 0) progress(`${place.what}: ${looked} looked at`)
      const last = stored.at(-1)
      if (last === undefined || stored.length < rowsAtOnce) break
      after = last
      await pause()
    }
  }
  return true
}

/** The row; none where nobody can say whether he is in it. */
function readable(place: Place, row: Row): readonly Row[] {
  try {
    return [unpackedRow(place, row)]
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'STORAGE_CORRUPT') return []
    throw error
  }
}

import type { Change, Look, Place } from '../installation/place.ts'
import { type Key, keyOf, type Row, tableNamed } from '../installation/tables.ts'
import type { KeyRing } from '../settings/keyRing.ts'
import type { SealedSecret } from '../settings/rotateKeys.ts'
import { contextOf } from '../settings/secretKey.ts'

const table = tableNamed('secret')
const rowsAtATime = 500

interface SecretRow extends SealedSecret {
  readonly row: Row
}

/**
 * Seals the secrets of a place anew for which `reseal` gives something else than null, in one transaction beside which
 * nobody writes.
 * @returns how many
 */
export async function resealAll(place: Place, reseal: (secret: SealedSecret) => Uint8Array | null): Promise<number> {
  return place.alone(async (change: Change) => {
    const changed: Row[] = []
    for (const { row, ...secret } of await allSecrets(change)) {
      const sealed = reseal(secret)
      if (sealed !== null) changed.push(row.map((value) => (value === secret.sealed ? sealed : value)))
    }
    if (changed.length > 0) await change.put(table, changed)
    return changed.length
  })
}

/** How many secrets there are, and by which keys they were sealed. */
export interface SealCounts {
  readonly current: number
  /** With another key of the file: a rotation is under way. */
  readonly other: number
  /** With a key that is not there: they have to be entered anew. */
  readonly unknown: number
}

/** @param ring null: there is no key at all */
export async function countSeals(place: Place, ring: KeyRing | null): Promise<SealCounts> {
  const secrets = await place.look(async (look) => allSecrets(look))
  const current = secrets.filter(({ sealed }) => ring?.isCurrent(sealed) === true).length
  const known = secrets.filter(({ sealed }) => ring?.hasSealed(sealed) === true).length
  return { current, other: known - current, unknown: secrets.length - known }
}

/** A secret that no key opens any more. */
export interface LostSecret {
  /** '' where it is no site's. */
  readonly site: string
  readonly name: string
}

/**
 * Removes the secrets that no key of the file opens, so that they can be entered anew; with a place that is only read it
 * says which they are.
 * @param ring null: there is no key at all
 */
export async function forgetLost(place: Place, ring: KeyRing | null, dryRun: boolean): Promise<readonly LostSecret[]> {
  const lostIn = async (look: Look): Promise<readonly SecretRow[]> =>
    (await allSecrets(look)).filter(({ sealed }) => ring?.hasSealed(sealed) !== true)
  const lost = dryRun
    ? await place.look(lostIn)
    : await place.alone(async (change) => {
        const rows = await lostIn(change)
        if (rows.length > 0)
          await change.remove(
            table,
            rows.map(({ row }) => keyOf(table, row)),
          )
        return rows
      })
  return lost.map(({ row: [site, name] }) => ({ site: String(site), name: String(name) }))
}

async function allSecrets(look: Look): Promise<readonly SecretRow[]> {
  const secrets: SecretRow[] = []
  let after: Key | null = null
  for (;;) {
    const rows: readonly Row[] = await look.rowsAfter(table, after, rowsAtATime)
    for (const row of rows) {
      const [site, name, sealed] = row
      if (sealed instanceof Uint8Array) secrets.push({ row, context: contextOf(String(site), String(name)), sealed })
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsAtATime) return secrets
    after = keyOf(table, last)
  }
}

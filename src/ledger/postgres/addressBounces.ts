import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Effect } from '../../civimail/decision.ts'
import type { CountedBounce } from '../../civimail/counting.ts'
import type { KnownPseudonyms } from '../../privacy/pseudonyms.ts'
import type { Ledger } from '../ledger.ts'
import { type Json, addressesStored, fromJson } from '../rows.ts'

interface Row {
  readonly place: number
  readonly effect: Json<Extract<Effect, { effect: 'hold' }>>
  readonly at: number
}

/** What was counted for addresses: their 'hold' effects, whether or not they reached the threshold. */
export function readingAddressBounces(
  database: PostgresDatabase,
  pseudonyms: KnownPseudonyms,
): Ledger['addressBounces'] {
  return async function addressBounces(site, addresses) {
    const asked = addresses.flatMap((address, place) =>
      addressesStored(address, pseudonyms).map((stored) => ({ stored, place })),
    )
    const rows = await database.query<Row>(
      `SELECT place, effect.effect, coalesce(occurred_at, first_seen_at) AS at
       FROM unnest($1::text[], $3::integer[]) AS asked (address, place)
       JOIN effect ON effect.address = asked.address
       JOIN mail_event ON mail_event.id = effect.event_id
       WHERE effect.site = $2 AND effect.state <> 'refused'
       ORDER BY at DESC, effect.id DESC`,
      [asked.map(({ stored }) => stored), site, asked.map(({ place }) => place)],
    )
    const counted = addresses.map((): CountedBounce[] => [])
    for (const { place, effect, at } of rows) counted[place]?.push({ bounceType: fromJson(effect).bounceType, at })
    return new Map(addresses.map((address, index) => [address, counted[index] ?? []]))
  }
}

import type { BounceTypeName } from '../../civimail/bounceTypes.ts'
import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { KnownPseudonyms } from '../../privacy/pseudonyms.ts'
import type { Ledger } from '../ledger.ts'
import { addressesStored } from '../rows.ts'

interface Row {
  readonly bounceType: BounceTypeName
  readonly at: number
}

/** What was counted for an address: its 'hold' effects, whether or not they reached the threshold. */
export function readingAddressBounces(database: SqliteDatabase, pseudonyms: KnownPseudonyms): Ledger['addressBounces'] {
  const ofAddress = database.prepare<Row>(`
    SELECT effect.effect ->> 'bounceType' AS bounceType, coalesce(occurred_at, first_seen_at) AS at
    FROM effect JOIN mail_event ON mail_event.id = effect.event_id
    WHERE effect.address IN (?, ?) AND effect.site = ? AND effect.state <> 'refused'
    ORDER BY at DESC, effect.id DESC
  `)
  return async function addressBounces(site, addresses) {
    return database.read(
      () =>
        new Map(
          addresses.map((address) => {
            const [key = '', pseudonym = key] = addressesStored(address, pseudonyms)
            return [address, ofAddress.all(key, pseudonym, site)] as const
          }),
        ),
    )
  }
}

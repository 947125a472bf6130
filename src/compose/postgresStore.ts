import { postgresAlarmStore } from '../alarms/postgres/alarmStore.ts'
import { BuiltinCrm } from '../civicrm/builtin/builtinCrm.ts'
import { PostgresContactStore } from '../civicrm/builtin/postgres/postgresContactStore.ts'
import type { Clock } from '../clock.ts'
import { PostgresDatabase } from '../database/postgres/database.ts'
import { migrate, requireSchema } from '../database/postgres/migrate.ts'
import { migrations } from '../database/postgres/migrations/index.ts'
import { SharedClock } from '../database/postgres/sharedClock.ts'
import { requireHome } from '../installation/notes.ts'
import { postgresNotes } from '../installation/postgres/notes.ts'
import { postgresInbox } from '../inbox/postgres/inbox.ts'
import type { Fence } from '../leases/leases.ts'
import { PostgresLeases } from '../leases/postgres/leases.ts'
import { postgresHistory } from '../ledger/postgres/history.ts'
import { postgresLedger } from '../ledger/postgres/ledger.ts'
import { postgresReceiverCounts } from '../receivers/postgres/receiverCounts.ts'
import { postgresRefusedMessages } from '../refused/postgres/refusedMessages.ts'
import { PostgresSettings } from '../settings/postgres/settings.ts'
import { postgresPersonStore } from '../persons/postgres/personStore.ts'
import { postgresRetentionStore } from '../retention/postgres/retentionStore.ts'
import { AddressKey } from '../settings/addressKey.ts'
import type { KeyPlace } from '../settings/secretKey.ts'
import { postgresReleaseStore } from '../releases/postgres/releaseStore.ts'
import { postgresRemovals } from '../suppression/postgres/removals.ts'
import { postgresUndoStore } from '../undo/postgres/undoStore.ts'
import type { Store } from './store.ts'

export interface PostgresStoreOptions {
  readonly url: string
  readonly key: KeyPlace
  /** Of this machine. */
  readonly clock: Clock
  readonly access: 'own' | 'read'
  readonly requireDurable: boolean
}

/**
 * The store that several instances share.
 * @throws GatewayError STORAGE_…
 */
export async function openPostgresStore({
  url,
  key,
  clock,
  access,
  requireDurable,
}: PostgresStoreOptions): Promise<Store> {
  const database = await PostgresDatabase.open(url, { requireDurable })
  try {
    await bringUpToDate(database, access)
    const notes = postgresNotes(database)
    requireHome(await notes())
    const sharedClock = new SharedClock(clock)
    await sharedClock.measure(database)
    const settings = await PostgresSettings.open(database, key)
    const addressKey = new AddressKey(settings)
    const leases = await PostgresLeases.open(database, sharedClock)
    const contactsOf = (site: string, fence?: Fence): PostgresContactStore =>
      new PostgresContactStore({ database, site, clock: sharedClock, fence, pseudonyms: addressKey.known })
    return {
      inbox: postgresInbox(database),
      ledger: postgresLedger(database, addressKey.known),
      history: postgresHistory(database),
      undos: postgresUndoStore(database),
      removals: postgresRemovals(database),
      releases: postgresReleaseStore(database),
      settings,
      alarms: postgresAlarmStore(database),
      receivers: postgresReceiverCounts(database),
      retention: postgresRetentionStore(database, { pseudonyms: addressKey.known }),
      persons: postgresPersonStore(database),
      addressKey,
      refused: postgresRefusedMessages(database),
      contacts: contactsOf,
      builtinCrm: ({ id, bounceTypes }, fence) =>
        new BuiltinCrm({ store: contactsOf(id, fence ?? undefined), bounceTypes, clock: sharedClock }),
      leases,
      clock: sharedClock,
      notes,
      // A number for a transaction is given out only by a server that takes writes: by no standby, and in no
      // transaction that may only read.
      tryWriting: async () => void (await database.query('SELECT pg_current_xact_id()')),
      close: async () => database.close(),
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

async function bringUpToDate(database: PostgresDatabase, access: 'own' | 'read'): Promise<void> {
  if (access === 'read') return requireSchema(database, migrations)
  const { error } = await migrate(database, migrations)
  if (error !== null) throw error
}

import { sqliteAlarmStore } from '../alarms/sqlite/alarmStore.ts'
import { BuiltinCrm } from '../civicrm/builtin/builtinCrm.ts'
import { SqliteContactStore } from '../civicrm/builtin/sqlite/sqliteContactStore.ts'
import type { Clock } from '../clock.ts'
import { SqliteDatabase } from '../database/sqlite/database.ts'
import { migrate, requireSchema } from '../database/sqlite/migrate.ts'
import { migrations } from '../database/sqlite/migrations/index.ts'
import { requireHome } from '../installation/notes.ts'
import { sqliteNotes } from '../installation/sqlite/notes.ts'
import { sqliteInbox } from '../inbox/sqlite/inbox.ts'
import { sqliteHistory } from '../ledger/sqlite/history.ts'
import { sqliteLedger } from '../ledger/sqlite/ledger.ts'
import { sqliteReceiverCounts } from '../receivers/sqlite/receiverCounts.ts'
import { sqlitePersonStore } from '../persons/sqlite/personStore.ts'
import { sqliteRetentionStore } from '../retention/sqlite/retentionStore.ts'
import { AddressKey } from '../settings/addressKey.ts'
import { sqliteRefusedMessages } from '../refused/sqlite/refusedMessages.ts'
import type { KeyPlace } from '../settings/secretKey.ts'
import { SqliteSettings } from '../settings/sqlite/settings.ts'
import { sqliteReleaseStore } from '../releases/sqlite/releaseStore.ts'
import { sqliteRemovals } from '../suppression/sqlite/removals.ts'
import { sqliteUndoStore } from '../undo/sqlite/undoStore.ts'
import type { Store } from './store.ts'

export interface SqliteStoreOptions {
  readonly file: string
  readonly key: KeyPlace
  readonly clock: Clock
  readonly access: 'own' | 'read'
  readonly synchronous: 'FULL' | 'OFF'
}

/** The embedded store: one process, no leases. @throws GatewayError STORAGE_… */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { key, clock } = options
  const database = await openDatabase(options)
  const notes = sqliteNotes(database)
  const settings = new SqliteSettings(database, key)
  const addressKey = new AddressKey(settings)
  const contactsOf = (site: string): SqliteContactStore =>
    new SqliteContactStore({ database, site, clock, pseudonyms: addressKey.known })
  return {
    inbox: sqliteInbox(database),
    ledger: sqliteLedger(database, addressKey.known),
    history: sqliteHistory(database),
    undos: sqliteUndoStore(database),
    removals: sqliteRemovals(database),
    settings,
    releases: sqliteReleaseStore(database),
    alarms: sqliteAlarmStore(database),
    receivers: sqliteReceiverCounts(database),
    retention: sqliteRetentionStore(database, { pseudonyms: addressKey.known }),
    persons: sqlitePersonStore(database),
    addressKey,
    refused: sqliteRefusedMessages(database),
    contacts: contactsOf,
    builtinCrm: ({ id, bounceTypes }) => new BuiltinCrm({ store: contactsOf(id), bounceTypes, clock }),
    leases: null,
    clock,
    notes,
    tryWriting: async () => database.tryWriting(),
    close: async () => database.close(),
  }
}

async function openDatabase({ file, access, synchronous }: SqliteStoreOptions): Promise<SqliteDatabase> {
  const database = new SqliteDatabase(file, { access, synchronous })
  try {
    if (access === 'read') requireSchema(database.connection, migrations)
    else {
      const { error } = migrate(database.connection, migrations)
      if (error !== null) throw error
    }
    requireHome(await sqliteNotes(database)())
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

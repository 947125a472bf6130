import path from 'node:path'
import { sqliteAlarmStore } from '../alarms/sqlite/alarmStore.ts'
import type { AlarmStore } from '../alarms/store.ts'
import { BuiltinCrm } from '../civicrm/builtin/builtinCrm.ts'
import type { ContactStore } from '../civicrm/builtin/contactStore.ts'
import { SqliteContactStore } from '../civicrm/builtin/sqlite/sqliteContactStore.ts'
import type { Crm } from '../civicrm/crm.ts'
import type { Clock } from '../clock.ts'
import { SqliteDatabase } from '../database/sqlite/database.ts'
import { fileNames, prepareFolder } from '../database/sqlite/folder.ts'
import { type FolderLock, lockFolder } from '../database/sqlite/folderLock.ts'
import { migrate, requireSchema } from '../database/sqlite/migrate.ts'
import { migrations } from '../database/sqlite/migrations/index.ts'
import type { OpenOptions } from '../database/sqlite/open.ts'
import type { Inbox } from '../inbox/inbox.ts'
import { sqliteInbox } from '../inbox/sqlite/inbox.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sqliteLedger } from '../ledger/sqlite/ledger.ts'
import type { ReceiverCounts } from '../receivers/receiverCounts.ts'
import { sqliteReceiverCounts } from '../receivers/sqlite/receiverCounts.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'
import { SqliteSettings } from '../settings/sqlite/settings.ts'

export interface StoreOptions {
  readonly folder: string
  /** null: the key lies in the folder, and is made where there is none. */
  readonly keyFile: string | null
  readonly clock: Clock
  /**
   * `own`: locked against every other, created and migrated. `read`: beside whoever owns it; nothing is
   * created or changed.
   */
  readonly access: 'own' | 'read'
  /** OFF only for the test which shows that another one notices it. @default 'FULL' */
  readonly synchronous?: 'FULL' | 'OFF'
}

/** Everything that is kept, on the engine that is configured. Today there is one: SQLite in the data folder. */
export interface Store {
  readonly inbox: Inbox
  readonly ledger: Ledger
  readonly settings: Settings
  readonly alarms: AlarmStore
  readonly receivers: ReceiverCounts
  readonly contacts: (site: string) => ContactStore
  readonly builtinCrm: (site: Site) => Crm
  /** Begins and ends a writing transaction. @throws GatewayError STORAGE_UNAVAILABLE */
  readonly tryWriting: () => Promise<void>
  readonly close: () => Promise<void>
}

/** @throws GatewayError STORAGE_… */
export async function openStore({
  folder,
  keyFile,
  clock,
  access,
  synchronous = 'FULL',
}: StoreOptions): Promise<Store> {
  if (access === 'own') prepareFolder(folder)
  const lock = access === 'own' ? lockFolder(path.join(folder, fileNames.lock)) : null
  try {
    return assemble(openDatabase(folder, { access, synchronous }), lock, {
      key: { file: keyFile ?? path.join(folder, fileNames.key), create: keyFile === null },
      clock,
    })
  } catch (error) {
    lock?.release()
    throw error
  }
}

function openDatabase(folder: string, { access, synchronous }: Required<OpenOptions>): SqliteDatabase {
  const database = new SqliteDatabase(path.join(folder, fileNames.database), { access, synchronous })
  try {
    if (access === 'read') requireSchema(database.connection, migrations)
    else {
      const { error } = migrate(database.connection, migrations)
      if (error !== null) throw error
    }
    return database
  } catch (error) {
    void database.close()
    throw error
  }
}

interface Surroundings {
  readonly key: { readonly file: string; readonly create: boolean }
  readonly clock: Clock
}

function assemble(database: SqliteDatabase, lock: FolderLock | null, { key, clock }: Surroundings): Store {
  const contactsOf = (site: string): SqliteContactStore => new SqliteContactStore({ database, site, clock })
  return {
    inbox: sqliteInbox(database),
    ledger: sqliteLedger(database),
    settings: new SqliteSettings(database, key),
    alarms: sqliteAlarmStore(database),
    receivers: sqliteReceiverCounts(database),
    contacts: contactsOf,
    builtinCrm: ({ id, bounceTypes }) => new BuiltinCrm({ store: contactsOf(id), bounceTypes, clock }),
    tryWriting: async () => database.commit(() => undefined),
    close: async () => {
      await database.close()
      lock?.release()
    },
  }
}

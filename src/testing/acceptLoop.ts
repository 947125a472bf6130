import { writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { SqliteDatabase } from '../database/sqlite/database.ts'
import { lockFolder } from '../database/sqlite/folderLock.ts'
import { migrate } from '../database/sqlite/migrate.ts'
import { migrations } from '../database/sqlite/migrations/index.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import type { NewNotification } from '../inbox/inbox.ts'
import { sqliteInbox } from '../inbox/sqlite/inbox.ts'
import { notification } from './notifications.ts'

/**
 * A program of its own, for tests that kill or watch it: accepts notifications and says `stored ID` for
 * each after `accept` has resolved, as the gateway says 200, or `refused CODE` and tries again, as SNS does.
 *
 * Arguments: data folder, number of the first notification, how many, how many at once, FULL or OFF.
 */
const [folder = '', first = '0', count = '0', atOnce = '1', synchronous = 'FULL'] = process.argv.slice(2)

lockFolder(path.join(folder, 'lock'))
const database = new SqliteDatabase(path.join(folder, 'test.db'), {
  synchronous: synchronous === 'OFF' ? 'OFF' : 'FULL',
})
const { error } = migrate(database.connection, migrations)
if (error !== null) throw error
const inbox = sqliteInbox(database)

let next = Number(first)
const end = next + Number(count)

async function acceptOneAfterAnother(): Promise<void> {
  while (next < end) {
    const one = notification(next, { raw: new Uint8Array(3000) })
    next += 1
    while (!(await accepted(one))) await setTimeout(5)
    writeSync(1, `stored ${one.messageId}\n`)
  }
}

async function accepted(one: NewNotification): Promise<boolean> {
  try {
    await inbox.accept(one)
    return true
  } catch (refusal) {
    writeSync(1, `refused ${refusal instanceof GatewayError ? refusal.code : String(refusal)}\n`)
    return false
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, acceptOneAfterAnother))
await database.close()

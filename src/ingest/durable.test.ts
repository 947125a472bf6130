import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { SqliteDatabase } from '../database/sqlite/database.ts'
import { migrate } from '../database/sqlite/migrate.ts'
import { migrations } from '../database/sqlite/migrations/index.ts'
import { Emitter } from '../emitter.ts'
import { sqliteInbox } from '../inbox/sqlite/inbox.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { MemorySettings, testSite } from '../testing/memorySettings.ts'
import { createSnsSigner, notificationFields } from '../testing/snsSigner.ts'
import { systemTimers } from '../timers.ts'
import { Acceptor } from './accept.ts'
import type { IngestEvents } from './events.ts'
import { HttpServer } from './http/server.ts'
import { CachedKeys } from './sns/certificates/cachedKeys.ts'
import { SnsVerifier } from './sns/verifier.ts'

const signer = createSnsSigner()
const ends: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

function message(id: string): string {
  return JSON.stringify(signer.sign({ ...notificationFields, MessageId: id }))
}

/** The way of a notification to the disk, nothing replaced but SNS's host and the clock. */
async function setUp() {
  const folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-'))
  ends.push(async () => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'gateway.db')
  const database = new SqliteDatabase(file)
  ends.push(async () => database.close())
  expect(migrate(database.connection, migrations).error).toBeNull()
  const time = new FakeTime()
  const events = new Emitter<IngestEvents>()
  const certificates = { load: async () => ({ ok: true, bytes: Buffer.from(signer.pem) }) as const }
  const acceptor = new Acceptor({
    inbox: sqliteInbox(database),
    settings: new MemorySettings(testSite('main', [notificationFields['TopicArn'] ?? ''])),
    verifier: new SnsVerifier(new CachedKeys(certificates, time)),
    chooseSite: () => '',
    clock: time,
    events,
    onConfirmationDue: () => undefined,
  })
  const http = new HttpServer({
    acceptor,
    events,
    clock: time,
    timers: systemTimers,
    closedFor: () => null,
    isSite: () => true,
  })
  const { port } = await http.start({ host: '127.0.0.1', port: 0 })
  ends.push(async () => http.stop(0))
  const post = async (body: string, address = '/civicrm/ses/webhook'): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}${address}`, { method: 'POST', body })
    return `${response.status} ${(await response.text()).trim()}`
  }
  /** As another process sees the file: what is committed, and nothing else. */
  const committed = (): readonly string[] => {
    const other = new DatabaseSync(file, { readOnly: true })
    try {
      const rows = other.prepare('SELECT message_id FROM notification_message ORDER BY id').all()
      return rows.map(({ message_id: id }) => String(id))
    } finally {
      other.close()
    }
  }
  return { database, http, post, committed }
}

describe('a notification over HTTP into the real inbox', () => {
  it('is committed when its answer is there', async () => {
    const { post, committed } = await setUp()
    for (const id of ['one', 'two', 'three']) {
      expect(await post(message(id))).toBe('200 Stored.')
      expect(committed()).toContain(id)
    }
  })

  it('that comes many times at once is stored once, and each time acknowledged', async () => {
    const { post, committed } = await setUp()
    const ids = ['one', 'two', 'three', 'four']
    const bodies = ids.map(message)
    const answers = await Promise.all(Array.from({ length: 80 }, async (_, n) => post(bodies[n % 4] ?? '')))
    expect(answers.filter((answer) => answer === '200 Stored.')).toHaveLength(4)
    expect(answers.filter((answer) => answer === '200 Stored already.')).toHaveLength(76)
    expect(committed().toSorted()).toEqual(ids.toSorted())
  })

  it('is one for each site that its address names', async () => {
    const { post, committed } = await setUp()
    const body = message('one')
    expect(await post(body)).toBe('200 Stored.')
    expect(await post(body, '/sns/main')).toBe('200 Stored.')
    expect(await post(body, '/?civiwp=CiviCRM&q=civicrm%2Fses%2Fwebhook')).toBe('200 Stored already.')
    expect(committed()).toEqual(['one', 'one'])
  })

  it('is answered 503 while the disk is full, and stored when there is room again', async () => {
    const { database, post, committed } = await setUp()
    expect(await post(message('before'))).toBe('200 Stored.')
    database.connection.exec('PRAGMA max_page_count = 1')
    const large = JSON.stringify(
      signer.sign({ ...notificationFields, MessageId: 'large', Message: 'x'.repeat(100_000) }),
    )
    expect(await post(large)).toMatch(/^503 STORAGE_UNAVAILABLE: /)
    expect(committed()).toEqual(['before'])
    database.connection.exec('PRAGMA max_page_count = 1000000')
    expect(await post(large)).toBe('200 Stored.')
    expect(committed()).toEqual(['before', 'large'])
  })

  it('is answered 503 where another process holds the database, and not lost', async () => {
    const { database, post, committed } = await setUp()
    const other = new DatabaseSync(String(database.connection.location()))
    other.exec('BEGIN IMMEDIATE')
    expect(await post(message('one'))).toMatch(/^503 STORAGE_UNAVAILABLE: /)
    other.exec('ROLLBACK')
    other.close()
    expect(await post(message('one'))).toBe('200 Stored.')
    expect(committed()).toEqual(['one'])
  })

  it('is answered 503 after the database was closed', async () => {
    const { database, post } = await setUp()
    await database.close()
    expect(await post(message('one'))).toMatch(/^503 /)
  })
})

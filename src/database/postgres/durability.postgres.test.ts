import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresInbox } from '../../inbox/postgres/inbox.ts'
import { notification } from '../../testing/notifications.ts'
import { PostgresServer } from '../../testing/postgresServer.ts'
import { PostgresDatabase } from './database.ts'
import { checkServer } from './durability.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import type { Queries } from './queries.ts'

/** A server as it is to be run; it is crashed and started again here, so it is nobody else's. */
let server: PostgresServer
beforeAll(async () => {
  server = await PostgresServer.create({ durable: true })
})
afterAll(async () => server.remove())

describe('the server', () => {
  it('is taken when it keeps what it has committed', async () => {
    const database = await PostgresDatabase.open(server.url())
    expect(database.address).toBe(`postgres://postgres@127.0.0.1:${server.port}/postgres`)
    await database.close()
  })

  it('is refused when one of its settings loses commits, and the error says which', async () => {
    await server.admin('ALTER ROLE postgres SET synchronous_commit = off')
    const error = await PostgresDatabase.open(server.url()).catch((failed: unknown) => failed)
    expect(error).toMatchObject({
      code: 'STORAGE_NOT_DURABLE',
      message: expect.stringContaining('synchronous_commit off'),
      hint: expect.stringContaining('synchronous_commit = on'),
    })
    const allowed = await PostgresDatabase.open(server.url(), { requireDurable: false })
    await allowed.close()
    // The local disk is waited for all the same.
    await server.admin('ALTER ROLE postgres SET synchronous_commit = local')
    const local = await PostgresDatabase.open(server.url())
    await local.close()
    await server.admin('ALTER ROLE postgres RESET synchronous_commit')
  })

  it('is refused with fsync or full_page_writes off', async () => {
    const unsafe = await PostgresServer.create()
    try {
      await expect(PostgresDatabase.open(unsafe.url())).rejects.toMatchObject({
        code: 'STORAGE_NOT_DURABLE',
        message: expect.stringMatching(/fsync and full_page_writes and synchronous_commit off/),
      })
    } finally {
      await unsafe.remove()
    }
  })

  it('is refused when it cannot hold every text', async () => {
    await server.admin(`CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0`)
    await expect(PostgresDatabase.open(server.url('ascii'))).rejects.toMatchObject({ code: 'STORAGE_UNSUITABLE' })
  })

  it.each([
    [{ version: 120_018, versionText: '12.18' }, 'STORAGE_UNSUITABLE'],
    [{ schema: null }, 'STORAGE_UNSUITABLE'],
    [{ standby: true }, 'STORAGE_UNAVAILABLE'],
    [{ readOnly: 'on' }, 'STORAGE_UNAVAILABLE'],
  ])('is refused when it says %j', async (said, code) => {
    const usual = { version: 150_000, versionText: '15.0', encoding: 'UTF8', schema: 'public', standby: false }
    const queries: Pick<Queries, 'query'> = {
      query: async <Row>() => [{ ...usual, readOnly: 'off', ...said }] as Row[],
    }
    await expect(checkServer(queries as Queries, { requireDurable: false })).rejects.toMatchObject({ code })
  })
})

describe('a notification that was answered', () => {
  it('is there after every crash of the server, and the gateway goes on by itself', async () => {
    await server.createDatabase('crashes')
    const database = await PostgresDatabase.open(server.url('crashes'))
    expect((await migrate(database, migrations)).error).toBeNull()
    const inbox = postgresInbox(database)
    const answered: string[] = []
    const refusals = new Set<unknown>()
    const running = new AbortController()
    const feed = async (): Promise<void> => {
      while (!running.signal.aborted) {
        const messageId = randomUUID()
        try {
          await inbox.accept(notification(0, { messageId }))
          answered.push(messageId)
        } catch (error: unknown) {
          refusals.add((error as { readonly code?: unknown }).code)
          await database.pause(20)
        }
      }
    }
    const feeds = Array.from({ length: 8 }, feed)
    for (let crash = 0; crash < 3; crash += 1) {
      const before = answered.length
      while (answered.length < before + 50) await database.pause(5)
      await server.stop('immediate')
      await server.start()
    }
    const before = answered.length
    while (answered.length < before + 20) await database.pause(5)
    running.abort()
    await Promise.all(feeds)
    const rows = await database.query<{ readonly id: string }>('SELECT message_id AS id FROM notification_message')
    const [count] = await inbox.backlog()
    await database.close()
    const stored = new Set(rows.map(({ id }) => id))
    expect(answered.filter((id) => !stored.has(id))).toEqual([])
    expect(count?.waiting).toBe(stored.size)
    expect([...refusals]).toEqual(['STORAGE_UNAVAILABLE'])
  })
})

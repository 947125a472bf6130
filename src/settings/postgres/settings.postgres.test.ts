import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testSite } from '../../testing/memorySettings.ts'
import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { describeSettings } from '../conformance.ts'
import { PostgresSettings } from './settings.ts'

describeSettings('PostgreSQL', async () => {
  const test = await PostgresTestDatabase.create()
  const folder = mkdtempSync(path.join(tmpdir(), 'settings-'))
  const key = { file: path.join(folder, 'key'), create: true }
  let database = await test.open()
  return {
    keyFile: key.file,
    settings: await PostgresSettings.open(database, key),
    crash: async () => {
      await database.close()
      database = await test.open()
      return PostgresSettings.open(database, key)
    },
    storedBytes: async () => {
      const rows = await database.query<{ readonly bytes: Uint8Array }>(`
        SELECT convert_to(site || ' ' || name, 'UTF8') || sealed AS bytes FROM secret
        UNION ALL SELECT convert_to(settings, 'UTF8') FROM site`)
      return Buffer.concat(rows.map(({ bytes }) => bytes))
    },
    close: async () => {
      await test[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
})

describe('settings in PostgreSQL', () => {
  let test: PostgresTestDatabase
  let folder: string
  beforeEach(async () => {
    test = await PostgresTestDatabase.create()
    folder = mkdtempSync(path.join(tmpdir(), 'settings-'))
  })
  afterEach(async () => {
    await test[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const open = async (keyName = 'key', create = true): Promise<PostgresSettings> =>
    PostgresSettings.open(await test.open(), { file: path.join(folder, keyName), create })

  /** Resolves with the next change that they tell of. */
  const change = async (settings: PostgresSettings): Promise<void> =>
    new Promise((resolve) => {
      const end = settings.onChange(() => {
        end()
        resolve()
      })
    })

  it('of one instance are told to every other, and shown there', async () => {
    const [one, two] = [await open(), await open()]
    for (const save of [
      async () => one.saveSite(testSite('alpha')),
      async () => one.saveSecret('alpha', 'apiKey', 'swordfish'),
      async () => one.removeSite('alpha'),
    ]) {
      const told = change(two)
      await save()
      await told
      expect(two.sites()).toEqual(one.sites())
      expect(two.secret('alpha', 'apiKey')).toBe(one.secret('alpha', 'apiKey'))
    }
  })

  it('that were changed by hand are told of too', async () => {
    const settings = await open()
    await settings.saveSite(testSite('alpha'))
    const told = change(settings)
    const database = await test.open()
    await database.run(`UPDATE site SET settings = jsonb_set(settings::jsonb, '{name}', '"By hand"')::text`)
    await told
    expect(settings.site('alpha')?.name).toBe('By hand')
  })

  it('are of today after a refresh, whatever message was lost', async () => {
    const [one, two] = [await open(), await open()]
    const database = await test.open()
    // Counts the change, and tells nobody.
    await database.run(`CREATE OR REPLACE FUNCTION tell_changed_settings() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN UPDATE settings_revision SET revision = revision + 1; RETURN NULL; END'`)
    await one.saveSite(testSite('alpha'))
    expect(two.sites()).toEqual([])
    await two.refresh()
    expect(two.sites()).toEqual([testSite('alpha')])
  })

  it('share one look among all who ask for it while another is under way, and none gets an older one', async () => {
    const [one, two] = [await open(), await open()]
    const looks = [two.refresh()]
    await one.saveSite(testSite('alpha'))
    looks.push(...Array.from({ length: 20 }, async () => two.refresh()))
    await Promise.all(looks)
    expect(two.sites()).toEqual([testSite('alpha')])
  })

  it('never make a key where the administrator named the file, and none beside secrets of another', async () => {
    const named = await open('key', false)
    await expect(named.saveSecret('alpha', 'apiKey', 'x')).rejects.toMatchObject({ code: 'SECRET_KEY_MISSING' })
    const [one, two] = [await open('one'), await open('two')]
    await one.saveSecret('alpha', 'apiKey', 'swordfish')
    await expect(two.saveSecret('beta', 'apiKey', 'x')).rejects.toMatchObject({ code: 'SECRET_KEY_MISSING' })
    expect(existsSync(path.join(folder, 'two'))).toBe(false)
  })

  it('name a stored site that does not fit, instead of going on without it', async () => {
    const settings = await open()
    await settings.saveSite(testSite('alpha'))
    const database = await test.open()
    await database.run(`UPDATE site SET settings = jsonb_set(settings::jsonb, '{mode}', '"sideways"')::text`)
    await settings.refresh()
    expect(() => settings.sites()).toThrow(expect.objectContaining({ code: 'SITE_INVALID' }))
    await settings.saveSite(testSite('alpha'))
    expect(settings.sites()).toEqual([testSite('alpha')])
  })

  it('tell every instance of a confirmation that became due', async () => {
    const [one, two] = [await open(), await open()]
    const due = new Promise<void>((resolve) => two.confirmations.onDue(resolve))
    await one.confirmations.save({
      addressed: '',
      site: 'alpha',
      topicArn: 'arn:aws:sns:eu-west-1:123456789012:ses-feedback',
      messageId: 'm',
      token: 't',
      receivedAt: 5,
      publishedAt: null,
      state: 'due',
      raw: new Uint8Array(),
    })
    await due
    expect(await two.confirmations.due(5)).toHaveLength(1)
  })
})

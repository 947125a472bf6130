import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { Checkpointer } from './checkpointer.ts'
import type { SqliteDatabase } from './database.ts'

let test: TestDatabase
let database: SqliteDatabase
beforeEach(() => {
  test = new TestDatabase()
  database = test.database
  database.connection.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)')
})
afterEach(async () => test[Symbol.asyncDispose]())

const mebibyte = 1024 * 1024

function size(suffix: string): number {
  return statSync(`${test.file}${suffix}`).size
}

/** Rows of 3 KiB in one commit. */
async function write(rows: number): Promise<void> {
  const insert = database.prepare('INSERT INTO t (b) VALUES (zeroblob(3000))')
  await database.commit(() => {
    for (let row = 0; row < rows; row += 1) insert.run()
  })
}

/** Writes until so many MiB have gone through the log. */
async function writeMebibytes(mebibytes: number): Promise<void> {
  for (let written = 0; written < mebibytes; written += 1) await write(350)
}

describe('the checkpointer', () => {
  it('copies the log into the database while the writer goes on', async () => {
    const before = size('')
    await write(3500)
    expect(await vi.waitUntil(() => size('') > before + mebibyte, { timeout: 10_000, interval: 5 })).toBe(true)
  })

  it('keeps the log short however much is written', async () => {
    await writeMebibytes(150)
    expect(size('-wal')).toBeLessThan(68 * mebibyte)
    expect(database.prepare<{ readonly rows: number }>('SELECT count(*) AS rows FROM t').get()?.rows).toBe(52_500)
  }, 30_000)

  it('keeps nobody waiting for a reader that holds an old state', async () => {
    const reader = new DatabaseSync(test.file)
    reader.exec('BEGIN; SELECT count(*) FROM t')
    await writeMebibytes(40)
    expect(database.prepare<{ readonly rows: number }>('SELECT count(*) AS rows FROM t').get()?.rows).toBe(14_000)
    reader.exec('ROLLBACK')
    reader.close()
    await writeMebibytes(100)
    expect(size('-wal')).toBeLessThan(150 * mebibyte)
  }, 30_000)

  it('leaves the database whole and the log gone when it is closed amid its work', async () => {
    await writeMebibytes(10)
    await database.close()
    expect(() => size('-wal')).toThrow('ENOENT')
    const after = new DatabaseSync(test.file)
    expect(after.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' })
    expect(after.prepare('SELECT count(*) AS rows FROM t').get()).toMatchObject({ rows: 3500 })
    after.close()
  })

  it('never keeps the writer paused when its thread fails', async () => {
    const calls: string[] = []
    const checkpointer = new Checkpointer(`${test.folder}/missing/x.db`, {
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
    })
    checkpointer.written(100_000)
    await vi.waitUntil(() => calls.length > 0, { timeout: 10_000, interval: 5 })
    checkpointer.written(100_000)
    expect(calls).toEqual(['resume'])
    await checkpointer.stop()
    await checkpointer.stop()
  })
})

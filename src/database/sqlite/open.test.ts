import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prepareFolder } from './folder.ts'
import { openConnection } from './open.ts'
import { numberOf } from './statement.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-open-'))
  file = path.join(folder, 'civicrm-ses.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Opens and closes: for what happens on the way. */
function opening(...args: Parameters<typeof openConnection>): () => void {
  return () => openConnection(...args).close()
}

describe('opening the database', () => {
  it('has a write-ahead log, a disk sync at every commit, and foreign keys', () => {
    const connection = openConnection(file)
    expect(connection.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    expect(numberOf(connection, 'PRAGMA synchronous')).toBe(2)
    expect(numberOf(connection, 'PRAGMA foreign_keys')).toBe(1)
    expect(numberOf(connection, 'PRAGMA auto_vacuum')).toBe(2)
    connection.close()
  })

  it('makes files that only their owner can read, whatever the umask', () => {
    const umask = process.umask(0)
    try {
      prepareFolder(path.join(folder, 'data'))
      const connection = openConnection(path.join(folder, 'data', 'x.db'))
      connection.exec('CREATE TABLE t (a)')
      const modeOf = (name: string): number => statSync(path.join(folder, 'data', name)).mode & 0o777
      expect(['x.db', 'x.db-wal', 'x.db-shm'].map(modeOf)).toEqual([0o600, 0o600, 0o600])
      expect(statSync(path.join(folder, 'data')).mode & 0o777).toBe(0o700)
      connection.close()
    } finally {
      process.umask(umask)
    }
  })

  it('refuses a file that is no database, and leaves it as it is', () => {
    writeFileSync(file, 'Dear diary, '.repeat(1000))
    expect(opening(file)).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }))
    expect(readFileSync(file, 'utf8')).toMatch(/^Dear diary/)
    expect(existsSync(`${file}-wal`)).toBe(false)
  })

  it('refuses a damaged database', () => {
    opening(file)()
    const bytes = readFileSync(file)
    bytes.fill(0xff, 18, 100)
    writeFileSync(file, bytes)
    expect(opening(file)).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }))
  })

  it('refuses the database of another program', () => {
    const other = new DatabaseSync(file)
    other.exec('CREATE TABLE diary (entry TEXT)')
    other.close()
    expect(opening(file)).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }))
    expect(opening(file)).toThrow('another program')
  })

  it('refuses a folder in which nothing can be made', () => {
    expect(opening(path.join(folder, 'missing', 'x.db'))).toThrow(
      expect.objectContaining({ code: 'STORAGE_FOLDER_UNWRITABLE' }),
    )
    writeFileSync(path.join(folder, 'a-file'), '')
    for (const place of ['a-file', 'a-file/below'])
      expect(() => prepareFolder(path.join(folder, place))).toThrow(
        expect.objectContaining({ code: 'STORAGE_FOLDER_UNWRITABLE' }),
      )
  })

  it('refuses a place in which no write-ahead log can be', () => {
    // As on a network file system, SQLite keeps its own mode in memory instead of failing.
    try {
      expect(opening(':memory:')).toThrow(expect.objectContaining({ code: 'STORAGE_NOT_DURABLE' }))
    } finally {
      // The empty file that is made first stands under the name that means memory to SQLite.
      rmSync(':memory:')
    }
  })
})

describe('opening the database beside its owner', () => {
  it('sees what is committed, and cannot write', () => {
    const owner = openConnection(file)
    owner.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)')
    const reader = openConnection(file, { access: 'read' })
    owner.exec('INSERT INTO t VALUES (2)')
    expect(numberOf(reader, 'SELECT count(*) FROM t')).toBe(2)
    expect(() => reader.exec('INSERT INTO t VALUES (3)')).toThrow('readonly')
    reader.close()
    owner.close()
  })

  it('says that there is nothing yet, and makes nothing', () => {
    expect(opening(file, { access: 'read' })).toThrow(expect.objectContaining({ code: 'STORAGE_MISSING' }))
    expect(existsSync(file)).toBe(false)
    writeFileSync(file, '')
    expect(opening(file, { access: 'read' })).toThrow(expect.objectContaining({ code: 'STORAGE_MISSING' }))
  })
})

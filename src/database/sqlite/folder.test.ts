import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createWholeFile } from '../privateFile.ts'
import { createDatabaseFile, prepareFolder, requireDatabase } from './folder.ts'

const base = mkdtempSync(path.join(tmpdir(), 'folder-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const unwritable = expect.objectContaining({ code: 'STORAGE_FOLDER_UNWRITABLE' })

describe('the data folder', () => {
  it('is made with those above it, closed to other users', () => {
    const folder = path.join(base, 'a/b/c')
    prepareFolder(folder)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(() => prepareFolder(folder)).not.toThrow()
  })

  it('and what is in it belong to whom the folder above belongs, also where root was first', () => {
    const home = path.join(base, 'home')
    mkdirSync(home)
    if (process.getuid?.() === 0) chownSync(home, 65_534, 65_534)
    const folder = path.join(home, 'data')
    prepareFolder(folder)
    createDatabaseFile(path.join(folder, 'database'))
    createWholeFile(path.join(folder, 'key'), 'key')
    const owners = [home, folder, path.join(folder, 'database'), path.join(folder, 'key')].map((name) => {
      const { uid, gid } = statSync(name)
      return { uid, gid }
    })
    expect(new Set(owners.map(({ uid, gid }) => `${uid}:${gid}`)).size).toBe(1)
  })

  it('is refused where it cannot be made, instead of trying for ever', () => {
    expect(() => prepareFolder('/proc/civicrm-ses')).toThrow(unwritable)
  })

  it('is refused on a disk that can only be read, where another owner would help nothing', () => {
    const readOnly = (): never => {
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
    }
    expect(() => prepareFolder(path.join(base, 'a/b/c'), readOnly)).toThrow(
      expect.objectContaining({
        code: 'STORAGE_FOLDER_UNWRITABLE',
        message: expect.stringContaining('EROFS'),
        hint: expect.stringMatching(/^The disk can only be read(?!.*chown)/),
      }),
    )
  })

  it('is refused where a file stands in its way', () => {
    const file = path.join(base, 'file')
    writeFileSync(file, '')
    expect(() => prepareFolder(file)).toThrow(unwritable)
    expect(() => prepareFolder(path.join(file, 'below'))).toThrow(unwritable)
  })

  it('is not taken for an empty one where it may not be read, but told of with its name', () => {
    const folder = path.join(base, 'closed')
    // Root may read every folder: for it something else has to be in the way.
    if (process.getuid?.() === 0) writeFileSync(folder, '')
    else mkdirSync(folder)
    chmodSync(folder, 0)
    expect(() => requireDatabase(path.join(folder, 'database'))).toThrow(unwritable)
    expect(() => requireDatabase(path.join(folder, 'database'))).toThrow(folder)
  })

  it('holds no database for whoever is to change what is stored, as long as nothing is', () => {
    const file = path.join(base, 'nothing', 'database')
    const missing = expect.objectContaining({ code: 'STORAGE_MISSING' })
    expect(() => requireDatabase(file)).toThrow(missing)
    mkdirSync(path.dirname(file))
    createDatabaseFile(file)
    expect(() => requireDatabase(file)).toThrow(missing)
    writeFileSync(file, 'something')
    expect(() => requireDatabase(file)).not.toThrow()
  })
})

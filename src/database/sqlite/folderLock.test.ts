import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from './folderLock.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-lock-'))
  file = path.join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the lock of a data folder', () => {
  it('is held by one, and free again after its release', () => {
    const lock = lockFolder(file)
    expect(() => lockFolder(file)).toThrow(expect.objectContaining({ code: 'STORAGE_LOCKED' }))
    lock.release()
    lock.release()
    lockFolder(file).release()
  })

  it('survives a failed attempt of another', () => {
    const lock = lockFolder(file)
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(() => lockFolder(file)).toThrow(expect.objectContaining({ code: 'STORAGE_LOCKED' }))
    lock.release()
  })

  it('is an empty file for its owner only', () => {
    lockFolder(file).release()
    expect(statSync(file)).toMatchObject({ size: 0, mode: 0o100_600 })
  })

  it('says where it cannot be made', () => {
    expect(() => lockFolder(path.join(folder, 'missing', 'lock'))).toThrow(
      expect.objectContaining({ code: 'STORAGE_FOLDER_UNWRITABLE' }),
    )
  })
})

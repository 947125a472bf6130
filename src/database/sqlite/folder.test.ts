import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { prepareFolder } from './folder.ts'

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

  it('is refused where it cannot be made, instead of trying for ever', () => {
    expect(() => prepareFolder('/proc/civicrm-ses')).toThrow(unwritable)
  })

  it('is refused where a file stands in its way', () => {
    const file = path.join(base, 'file')
    writeFileSync(file, '')
    expect(() => prepareFolder(file)).toThrow(unwritable)
    expect(() => prepareFolder(path.join(file, 'below'))).toThrow(unwritable)
  })
})

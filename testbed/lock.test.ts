// Belongs to the vitest project `civicrm`, though it needs no running test bed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { chooseFolder, type Folder } from './folder.ts'
import { withLock } from './lock.ts'

let folder: Folder

beforeEach(() => {
  folder = chooseFolder(mkdtempSync(path.join(tmpdir(), 'testbed-lock-')))
})

afterEach(() => {
  rmSync(folder.root, { recursive: true })
})

it('lets one builder work at a time', async () => {
  const events: string[] = []
  const build = async (name: string): Promise<void> =>
    withLock(folder, async () => {
      events.push(`${name} begins`)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      events.push(`${name} ends`)
    })
  await Promise.all([build('first'), build('second')])
  expect(events).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
})

it('is free again after work that failed', async () => {
  await expect(withLock(folder, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
  expect(await withLock(folder, () => Promise.resolve('done'))).toBe('done')
})

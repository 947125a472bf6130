import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createKeyFile, newKey, readKeyFile, writeKeyFile } from './keyFile.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-keys-'))
  file = path.join(folder, 'key')
})
afterEach(() => rmSync(folder, { recursive: true }))

it('a file is made once, for its owner alone', () => {
  expect(readKeyFile(file)).toBeNull()
  const keys = createKeyFile(file)
  expect(readKeyFile(file)).toEqual(keys)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(() => createKeyFile(file)).toThrow(expect.objectContaining({ code: 'SECRET_KEY_EXISTS' }))
  expect(readKeyFile(file)).toEqual(keys)
})

it('one that cannot be written, or not be read, is not taken for a damaged one, which would be given up', () => {
  const keys = createKeyFile(file)
  const unwritable = expect.objectContaining({
    code: 'SECRET_KEY_UNWRITABLE',
    hint: expect.not.stringContaining('forget-lost'),
  })
  // A folder where the unfinished file is to be.
  mkdirSync(`${file}.new`)
  expect(() => writeKeyFile(file, { ...keys, next: newKey() })).toThrow(unwritable)
  expect(readKeyFile(file)).toEqual(keys)
  const nowhere = path.join(folder, 'nowhere', 'key')
  expect(() => createKeyFile(nowhere)).toThrow(unwritable)
  expect(() => writeKeyFile(nowhere, keys)).toThrow(unwritable)
  expect(() => readKeyFile(`${file}.new`)).toThrow(
    expect.objectContaining({ code: 'SECRET_KEY_INVALID', hint: expect.not.stringContaining('forget-lost') }),
  )
})

it('holds the keys of a rotation, and keeps the mode that somebody gave it', () => {
  createKeyFile(file)
  chmodSync(file, 0o640)
  const keys = { current: newKey(), next: newKey(), old: [newKey(), newKey()] }
  writeKeyFile(file, keys)
  expect(readKeyFile(file)).toEqual(keys)
  expect(statSync(file).mode & 0o777).toBe(0o640)
  expect(readdirSync(folder)).toEqual(['key'])
})

it('the file of earlier versions is one with one key, with or without an end of line', () => {
  const key = newKey()
  for (const end of ['', '\n', '\r\n']) {
    writeFileSync(file, `${Buffer.from(key).toString('base64')}${end}`)
    expect(readKeyFile(file)).toEqual({ current: key, next: null, old: [] })
  }
})

it('refuses what holds no key, or keys of which nobody knows which seals', () => {
  const key = newKey().toString()
  const text = Buffer.from(newKey()).toString('base64')
  for (const wrong of [
    '',
    'short',
    `${text}x`,
    key,
    `old ${text}`,
    `${text}\n${text}`,
    `${text}\nnext ${text}\nnext ${text}`,
    `${text}\nlast ${text}`,
  ]) {
    writeFileSync(file, wrong)
    expect(() => readKeyFile(file)).toThrow(expect.objectContaining({ code: 'SECRET_KEY_INVALID' }))
  }
  expect(readFileSync(file, 'utf8')).toContain('last')
})

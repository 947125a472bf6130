import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { testIo } from '../testing/testIo.ts'
import { readSecret } from './secretInput.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'secret-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = path.join(folder, 'key')
writeFileSync(file, 'from-file\n')

const none = { file: undefined, stdin: undefined, variable: 'KEY' }

describe('secrets of a command', () => {
  it('come from a file, standard input or the environment, and its _FILE form', async () => {
    expect(await readSecret({ ...none, file }, testIo().io)).toBe('from-file')
    expect(await readSecret({ ...none, stdin: true }, testIo({ stdin: 'piped\r\n' }).io)).toBe('piped')
    expect(await readSecret(none, testIo({ environment: { KEY: 'direct' } }).io)).toBe('direct')
    expect(await readSecret(none, testIo({ environment: { KEY_FILE: file } }).io)).toBe('from-file')
    expect(await readSecret(none, testIo().io)).toBeUndefined()
  })

  it('are refused when empty or of several lines, without being shown', async () => {
    await expect(readSecret({ ...none, stdin: true }, testIo({ stdin: 'geheim\ntwo' }).io)).rejects.toThrow(
      expect.objectContaining({ code: 'COMMAND_USAGE', message: expect.not.stringContaining('geheim') }),
    )
    await expect(readSecret({ ...none, stdin: true }, testIo({ stdin: '\n' }).io)).rejects.toThrow(/one line/)
  })

  it('come from one place only: which of two is meant, nobody can tell', async () => {
    const both = readSecret({ ...none, file, stdin: true }, testIo({ stdin: 'piped\n' }).io)
    await expect(both).rejects.toThrow(expect.objectContaining({ code: 'COMMAND_USAGE' }))
  })

  it('say which file is missing', async () => {
    await expect(readSecret({ ...none, file: path.join(folder, 'none') }, testIo().io)).rejects.toThrow(
      /cannot be read/,
    )
  })
})

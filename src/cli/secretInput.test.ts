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

  it.each([
    ['a byte order mark', Buffer.from('\uFEFFswordfish\n')],
    ['UTF-16, little end first', Buffer.from('\uFEFFswordfish\r\n', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\uFEFFswordfish\r\n', 'utf16le').swap16()],
  ])('are read as an editor or a shell has written them: %s', async (_, bytes) => {
    writeFileSync(path.join(folder, 'written'), bytes)
    expect(await readSecret({ ...none, file: path.join(folder, 'written') }, testIo().io)).toBe('swordfish')
    expect(await readSecret({ ...none, stdin: true }, testIo({ stdin: bytes }).io)).toBe('swordfish')
  })

  it.each([
    ['a NUL', Buffer.from('geheim\0\n'), /header of HTTP/],
    ['UTF-16 without its mark', Buffer.from('geheim', 'utf16le'), /header of HTTP/],
    ['a letter with an accent', Buffer.from('geheimé'), /header of HTTP/],
    ['no UTF-8', Buffer.from('geheimé', 'latin1'), /no text in UTF-8/],
    ['far too much', Buffer.from('geheim'.repeat(200)), /more than 1000 characters/],
  ])('are refused where they can be no key, with the reason, without being shown: %s', async (_, bytes, why) => {
    writeFileSync(path.join(folder, 'wrong'), bytes)
    const message = expect.stringMatching(why)
    const refused = readSecret({ ...none, file: path.join(folder, 'wrong') }, testIo().io)
    await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'COMMAND_USAGE', message }))
    await expect(refused).rejects.not.toThrow(/geheim/)
    const piped = readSecret({ ...none, stdin: true }, testIo({ stdin: bytes }).io)
    await expect(piped).rejects.toThrow(expect.objectContaining({ code: 'COMMAND_USAGE', message }))
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

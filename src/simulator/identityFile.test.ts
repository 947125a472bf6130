import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSigningIdentity } from './identityFile.ts'

const now = Date.UTC(2026, 5, 2)
const day = 86_400_000

describe('openSigningIdentity', () => {
  let root: string
  const open = async (changes: { readonly region?: string; readonly now?: number } = {}) =>
    openSigningIdentity({
      identityFile: path.join(root, 'simulator.pem'),
      certificatesFolder: path.join(root, 'certificates'),
      region: 'eu-west-1',
      now,
      ...changes,
    })

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-identity-'))
  })
  afterEach(async () => {
    await rm(root, { recursive: true })
  })

  it('makes an identity once and finds it again', async () => {
    const first = await open()
    const second = await open({ now: now + 300 * day })
    expect(second.certificate).toBe(first.certificate)
    expect(second.privateKey.equals(first.privateKey)).toBe(true)
    expect(await readdir(path.join(root, 'certificates'))).toEqual([first.fileName])
  })

  it('keeps the key for its owner alone, and out of the folder of certificates', async () => {
    const { fileName } = await open()
    expect((await stat(path.join(root, 'simulator.pem'))).mode & 0o777).toBe(0o600)
    expect(await readFile(path.join(root, 'certificates', fileName), 'utf8')).not.toContain('PRIVATE')
  })

  it('puts the certificate back where the folder was emptied', async () => {
    const { fileName } = await open()
    await rm(path.join(root, 'certificates'), { recursive: true })
    await open()
    expect(await readdir(path.join(root, 'certificates'))).toEqual([fileName])
  })

  it.each([
    ['it runs out', { now: now + 330 * day }],
    ['its day has not come, by this clock', { now: now - 2 * day }],
    ['another region wants another name', { region: 'eu-south-1' }],
  ])('takes a new certificate for the same key when %s', async (_, changes) => {
    const first = await open()
    const second = await open(changes)
    expect(second.fileName).not.toBe(first.fileName)
    expect(second.privateKey.equals(first.privateKey)).toBe(true)
    expect(await open(changes)).toEqual(second)
  })

  it('does not write over a file that is something else', async () => {
    await writeFile(path.join(root, 'simulator.pem'), 'notes\n')
    await expect(open()).rejects.toThrow('simulator.pem holds no identity of the simulator')
    expect(await readFile(path.join(root, 'simulator.pem'), 'utf8')).toBe('notes\n')
  })
})

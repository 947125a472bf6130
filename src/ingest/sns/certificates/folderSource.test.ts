import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CertificateLocation } from '../signingCertUrl.ts'
import { FolderSource } from './folderSource.ts'
import { largestCertificateFile } from './source.ts'

const fileName = `SimpleNotificationService-${'0'.repeat(32)}.pem`
const location: CertificateLocation = { url: 'https://unused.example', fileName, names: [], topicPrefix: '' }

describe('FolderSource', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'certificates-'))
  })
  afterAll(async () => rm(folder, { recursive: true }))

  it("reads the file that bears the URL's last part as its name", async () => {
    await writeFile(path.join(folder, fileName), 'the file')
    expect(await new FolderSource(folder).load(location)).toEqual({ ok: true, bytes: Buffer.from('the file') })
  })

  it('reads it anew each time: a file may be added or replaced while the gateway runs', async () => {
    const source = new FolderSource(folder)
    const added = { ...location, fileName: `SimpleNotificationService-${'1'.repeat(32)}.pem` }
    expect(await source.load(added)).toEqual({
      ok: false,
      reason: `${added.fileName} is not in the folder of certificates`,
    })
    await writeFile(path.join(folder, added.fileName), 'x')
    expect((await source.load(added)).ok).toBe(true)
  })

  it('refuses a file that no certificate can be', async () => {
    const large = { ...location, fileName: `SimpleNotificationService-${'2'.repeat(32)}.pem` }
    await writeFile(path.join(folder, large.fileName), 'x'.repeat(largestCertificateFile + 1))
    expect(await new FolderSource(folder).load(large)).toEqual({ ok: false, reason: `${large.fileName} is too large` })
  })

  it('does not read what is no file', async () => {
    const odd = { ...location, fileName: `SimpleNotificationService-${'3'.repeat(32)}.pem` }
    await mkdir(path.join(folder, odd.fileName))
    expect(await new FolderSource(folder).load(odd)).toEqual({ ok: false, reason: `${odd.fileName} is no file` })
  })

  it('says that something is there and cannot be read', async () => {
    const loop = { ...location, fileName: `SimpleNotificationService-${'4'.repeat(32)}.pem` }
    await symlink(path.join(folder, loop.fileName), path.join(folder, loop.fileName))
    expect(await new FolderSource(folder).load(loop)).toEqual({ ok: false, reason: `${loop.fileName} cannot be read` })
  })

  it('says that the file is missing where the folder is', async () => {
    expect((await new FolderSource(path.join(folder, 'nowhere')).load(location)).ok).toBe(false)
  })
})

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createSigningIdentity, saveCertificate } from '../simulator/certificate.ts'
import { certificateRisks } from './certificateRisks.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'certificate-risks-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('names the certificate of a simulator, and nothing that is none', async () => {
  const now = Date.UTC(2026, 10, 1)
  const identity = createSigningIdentity({ region: 'eu-west-1', validFrom: now, validTo: now + 1000 })
  await saveCertificate(identity, folder)
  writeFileSync(path.join(folder, 'text.pem'), 'x')
  writeFileSync(path.join(folder, 'large.pem'), 'x'.repeat(100_000))
  mkdirSync(path.join(folder, 'folder.pem'))
  expect(certificateRisks(folder, [...readdirSync(folder), 'gone.pem'])).toEqual([
    {
      about: 'certificatesFolder',
      message: expect.stringMatching(new RegExp(`^${identity.fileName} is not Amazon's`)),
    },
  ])
})

import { open } from 'node:fs/promises'
import path from 'node:path'
import type { CertificateLocation } from '../signingCertUrl.ts'
import { type CertificateFile, type CertificateSource, largestCertificateFile } from './source.ts'

/**
 * A folder of PEM files, each named like the last part of its URL, in place of fetching: for sites without
 * a way out to the internet, and for tests. It is only read. The name cannot leave the folder: by the URL
 * rule it is `SimpleNotificationService-`, 32 hex digits and `.pem`.
 */
export class FolderSource implements CertificateSource {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async load(location: CertificateLocation): Promise<CertificateFile> {
    try {
      await using file = await open(path.join(this.#folder, location.fileName), 'r')
      // One byte more than allowed tells "too large" without reading on.
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(largestCertificateFile + 1) })
      if (bytesRead > largestCertificateFile) return { ok: false, reason: `${location.fileName} is too large` }
      return { ok: true, bytes: buffer.subarray(0, bytesRead) }
    } catch (error: unknown) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      return {
        ok: false,
        reason: `${location.fileName} ${missing ? 'is not in the folder of certificates' : 'cannot be read'}`,
      }
    }
  }
}

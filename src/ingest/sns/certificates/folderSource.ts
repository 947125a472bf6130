import { readFile, stat } from 'node:fs/promises'
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

  async load({ fileName }: CertificateLocation): Promise<CertificateFile> {
    const file = path.join(this.#folder, fileName)
    try {
      const found = await stat(file)
      // A pipe or a device would be read without end.
      if (!found.isFile()) return { ok: false, reason: `${fileName} is no file` }
      if (found.size > largestCertificateFile) return { ok: false, reason: `${fileName} is too large` }
      return { ok: true, bytes: await readFile(file) }
    } catch (error: unknown) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      const fault = missing ? 'is not in the folder of certificates' : 'cannot be read'
      return { ok: false, reason: `${fileName} ${fault}` }
    }
  }
}

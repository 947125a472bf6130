import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Risk } from './risk.ts'

/** No certificate is larger. */
const mostBytes = 64 * 1024

/**
 * Certificates that are signed by themselves, as those of a simulator: Amazon's never are.
 * @param names of files in the folder
 */
export function certificateRisks(folder: string, names: readonly string[]): readonly Risk[] {
  return names
    .filter((name) => name.endsWith('.pem') && isSelfSigned(path.join(folder, name)))
    .map((name) => ({
      about: 'certificatesFolder',
      message: `${name} is not Amazon's, it is signed by itself ("simulate" makes such): whoever has its key can forge notifications. Remove it before mail of your own is sent`,
    }))
}

function isSelfSigned(file: string): boolean {
  try {
    const { size } = statSync(file)
    if (size > mostBytes) return false
    const certificate = new X509Certificate(readFileSync(file))
    return certificate.issuer === certificate.subject
  } catch {
    // What cannot be read is told of when a message is signed with it.
    return false
  }
}

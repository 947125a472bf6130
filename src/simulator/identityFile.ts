import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { type SigningIdentity, certify, createSigningIdentity, fileNameOf, saveCertificate } from './certificate.ts'
import { regionOf } from './region.ts'

const day = 86_400_000

/** About as long as SNS's certificates last. */
const lifetime = 330 * day

export interface IdentityFileOptions {
  /** Holds the private key and its certificate, PEM, for its owner's eyes alone. Not in the folder of certificates. */
  readonly identityFile: string
  /** The gateway's: the certificate is put there. */
  readonly certificatesFolder: string
  readonly region: string
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * The identity of a simulator that runs more than once: made the first time, kept in its file, and given
 * a new certificate when the old one runs out or the region wants another name in it. Whoever can read
 * the file can forge notifications for every gateway that has the certificate in its folder.
 *
 * @throws where the file is there and holds something else, or where a file cannot be written
 */
export async function openSigningIdentity(options: IdentityFileOptions): Promise<SigningIdentity> {
  const { identityFile, certificatesFolder, region, now } = options
  const kept = await readKept(identityFile)
  const identity = kept !== null && serves(kept, region, now) ? kept : renew(kept, region, now)
  if (identity !== kept) await writeKept(identityFile, identity)
  await saveCertificate(identity, certificatesFolder)
  return identity
}

function serves({ certificate }: SigningIdentity, region: string, now: number): boolean {
  const x509 = new X509Certificate(certificate)
  const { certificateName } = regionOf(region)
  return (
    x509.subject === `CN=${certificateName}` &&
    x509.validFromDate.getTime() <= now &&
    x509.validToDate.getTime() >= now + day
  )
}

/** Valid from yesterday: the gateway's clock may be behind. */
function renew(kept: SigningIdentity | null, region: string, now: number): SigningIdentity {
  const options = { region, validFrom: now - day, validTo: now + lifetime }
  return kept === null
    ? createSigningIdentity(options)
    : certify(kept.privateKey, createPublicKey(kept.privateKey), options)
}

async function readKept(file: string): Promise<SigningIdentity | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/.exec(text)?.[0] ?? ''
  try {
    const { raw } = new X509Certificate(certificate)
    return { privateKey: createPrivateKey(text), certificate, fileName: fileNameOf(raw) }
  } catch (cause: unknown) {
    throw new Error(`${file} holds no identity of the simulator`, { cause })
  }
}

async function writeKept(file: string, { privateKey, certificate }: SigningIdentity): Promise<void> {
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await writeFile(file, `${key}${certificate}`, { mode: 0o600 })
}

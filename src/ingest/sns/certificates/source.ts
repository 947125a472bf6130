import type { CertificateLocation } from '../signingCertUrl.ts'

/** The file's bytes, not yet looked at; or why there are none just now, for a person and without a URL. */
export type CertificateFile =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string }

/**
 * Where signing certificates come from: SNS's own host, or a folder. Asked at most once at a time for one
 * URL, and only for a location that has passed the URL rule. Every failure is taken as one that may pass.
 */
export interface CertificateSource {
  /** Never rejects; gives up by itself well within the 15 s in which SNS wants its answer. */
  load(location: CertificateLocation): Promise<CertificateFile>
}

/** A leaf of 2048 bits has about 2 KiB. */
export const largestCertificateFile = 16 * 1024

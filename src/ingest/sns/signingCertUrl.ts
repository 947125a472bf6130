import { certificateNames, dnsSuffix } from './partitions.ts'
import type { TopicArn } from './topicArn.ts'

/** Where a signing certificate is, after the URL rule has been passed: every part is safe to use. */
export interface CertificateLocation {
  /** The untouched string of the message. */
  readonly url: string
  /** `SimpleNotificationService-<32 hex digits>.pem`: no separator, no dot-dot, safe as a file's name. */
  readonly fileName: string
  /** Of which the certificate must bear one. */
  readonly names: readonly string[]
  /** How the ARN of every topic begins for which the URL is right: partition and region. */
  readonly topicPrefix: string
}

/**
 * The whole string in one anchored match, before any URL parser has seen it: parsers drop tabs and line
 * breaks, lower-case hosts, resolve `..` and turn `\` into `/`, and what was checked would no longer be
 * what is fetched. No port, user, query or fragment has a place in it.
 */
const shape =
  /^https:\/\/sns\.([a-z]{2,4}(?:-[a-z]+){1,2}-\d)\.([a-z0-9.-]+)\/(SimpleNotificationService-[0-9a-f]{32}\.pem)$/

/**
 * The certificate that SigningCertURL names, or null where the URL is not one that SNS gives for this
 * topic: its host must be SNS's own in the topic's region and partition. A mere `*.amazonaws.com` would
 * admit everyone's bucket. The URL is not signed, so the signed TopicArn must say which host it may be.
 */
export function locateCertificate(url: string, topic: TopicArn): CertificateLocation | null {
  const match = shape.exec(url)
  const fileName = match?.[3]
  if (match === null || fileName === undefined) return null
  const suffix = dnsSuffix(topic.partition, topic.region)
  if (suffix === null || match[1] !== topic.region || match[2] !== suffix) return null
  return {
    url,
    fileName,
    names: certificateNames(topic.partition, topic.region),
    topicPrefix: `arn:${topic.partition}:sns:${topic.region}:`,
  }
}

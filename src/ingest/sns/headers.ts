import { refuse } from './refuse.ts'
import type { Refusal, SnsEnvelope } from './verdict.ts'

/** Header fields as Node gives them: lower-case names, a repeated field joined or an array. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** Which header repeats which signed field. */
const repeated = [
  ['x-amz-sns-message-type', 'type'],
  ['x-amz-sns-message-id', 'messageId'],
  ['x-amz-sns-topic-arn', 'topicArn'],
] as const satisfies readonly (readonly [string, keyof SnsEnvelope])[]

/**
 * Whether the request says that it comes from a subscription with raw delivery: its body is then the
 * published text alone, without envelope and signature. SNS sets the header on Notifications only; the
 * confirmations of such a subscription are ordinary signed messages.
 */
export function saysRawDelivery(headers: RequestHeaders): boolean {
  const value = headers['x-amz-sns-rawdelivery']
  return typeof value === 'string' && value.trim().toLowerCase() === 'true'
}

/**
 * Null where no header contradicts the body. Headers are not signed and prove nothing, but a difference
 * shows that something between SNS and here mixes requests up. Absent ones are no contradiction: proxies
 * drop headers, and a message from a queue has none.
 */
export function headerMismatch(headers: RequestHeaders, envelope: SnsEnvelope): Refusal | null {
  for (const [header, field] of repeated) {
    const value = headers[header]
    if (value !== undefined && value !== envelope[field])
      return refuse('SNS_HEADER_MISMATCH', `the header ${header} differs from the body`)
  }
  return null
}

import { parseEnvelope } from './envelope.ts'
import { type RequestHeaders, headerMismatch, saysRawDelivery } from './headers.ts'
import { refuse } from './refuse.ts'
import type { Parsed } from './verdict.ts'

/**
 * Parses the message that an HTTP request brings and holds its headers against it. Nothing is proven by
 * this: the topic's place on the allow-list and then the signature are the caller's next two questions.
 *
 * @param body the raw bytes, whatever the Content-Type
 */
export function parseRequest(body: Uint8Array, headers: RequestHeaders): Parsed {
  if (saysRawDelivery(headers)) return refuse('SNS_RAW_DELIVERY', 'the request is marked x-amz-sns-rawdelivery')
  const parsed = parseEnvelope(body)
  return parsed.ok ? (headerMismatch(headers, parsed.envelope) ?? parsed) : parsed
}

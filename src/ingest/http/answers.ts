import { type ErrorCode, errorCatalogue } from '../../errors/catalogue.ts'
import type { Acceptance } from '../accept.ts'

/** An HTTP answer: a status and one line for whoever reads it, at SNS in the delivery log. */
export interface Answer {
  readonly status: number
  readonly text: string
  /** Methods, for 405 (RFC 9110, 15.5.6). */
  readonly allow?: string
}

/**
 * What SNS makes of it (its two guides agree on this): 2xx is delivered, 5xx is repeated, anything else
 * is dropped for good. So 2xx only for what is on disk, and 503 for all that may pass, overload too:
 * only one of the guides counts 429 to what is repeated.
 */
export function answerTo(acceptance: Acceptance): Answer {
  if (acceptance.outcome === 'refused') return refusalAnswer(acceptance.code)
  if (acceptance.outcome === 'confirmation') return acceptance.state === 'due' ? confirmationDue : confirmationPending
  return acceptance.outcome === 'stored' ? stored : duplicate
}

const stored: Answer = { status: 200, text: 'Stored.' }
const duplicate: Answer = { status: 200, text: 'Stored already.' }
const confirmationDue: Answer = { status: 200, text: 'The subscription will be confirmed.' }
const confirmationPending: Answer = {
  status: 200,
  text: 'Kept: the topic is not allowed yet. An administrator allows it with "civicrm-ses topics allow".',
}

/** The code and its meaning; never the reason at hand, which is for the administrator alone. */
export function refusalAnswer(code: ErrorCode): Answer {
  return { status: refusalStatus(code), text: `${code}: ${errorCatalogue[code].meaning}` }
}

/** The refusals that are not for good are answered alike. */
function refusalStatus(code: ErrorCode): number {
  if (errorCatalogue[code].retryable) return 503
  return finalStatus[code] ?? 403
}

/** Of the others 403: understood, and not believed. */
const finalStatus: Readonly<Partial<Record<ErrorCode, number>>> = {
  SNS_BODY_UNREADABLE: 400,
  SNS_ENVELOPE_INVALID: 400,
  SNS_RAW_DELIVERY: 400,
  SNS_HEADER_MISMATCH: 400,
  HTTP_BODY_TOO_LARGE: 413,
  SITE_UNKNOWN: 404,
}

export const explanation: Answer = {
  status: 200,
  text:
    'civicrm-ses takes the feedback of Amazon SES here: Amazon SNS posts bounces and complaints to this address, ' +
    'and they are recorded in CiviCRM. There is nothing more to see.',
}

export const methodNotAllowed: Answer = {
  status: 405,
  text: 'Amazon SNS posts here; other methods have no meaning.',
  allow: 'GET, HEAD, POST',
}

export const notFound: Answer = { status: 404, text: 'There is nothing at this address.' }

/** For requests that this server, or HTTP itself, does not admit. */
export const badRequest: Answer = { status: 400, text: 'The request is malformed.' }

import { CrmError, type CrmErrorKind } from '../crm.ts'
import type { Lost, Reply } from './exchange.ts'
import { type Body, isObject, type Json, readBody } from './json.ts'
import { retryAfterMs } from './retryAfter.ts'

/** What was asked, for messages and for the question whether anything may have been done. */
export interface Asked {
  /** E.g. `Email.get`. */
  readonly call: string
  /** Whether the call changes anything: a lost read is never "maybe done". */
  readonly writes: boolean
}

interface Row {
  /** A status, or the first and last of a range. */
  readonly status: number | readonly [number, number]
  /** Form of the body; absent = any. */
  readonly body?: Body['form']
  /** What else must stand in the body. */
  readonly text?: RegExp
  readonly kind: CrmErrorKind
  /** Whether the site may have carried out the call before it answered so. */
  readonly done: 'no' | 'maybe'
  /** Whether waiting may help. */
  readonly passes: boolean
  readonly says: string
}

/**
 * What each answer of a CiviCRM, its CMS or a proxy in front of it means; the first row that fits
 * counts. A 200 with JSON is not in it: there the content decides (api3.ts, api4.ts).
 */
const table: readonly Row[] = [
  // CiviCRM's own page for a fault in the middle of whatever it did; newer versions send it with status 500.
  {
    status: 200,
    body: 'page',
    text: /class="[^"]*(crm-error-message|crm-fatal|status-fatal)/,
    kind: 'server',
    done: 'maybe',
    passes: true,
    says: "CiviCRM's page of an internal error",
  },
  { status: 200, body: 'page', kind: 'address', done: 'no', passes: false, says: 'a web page instead of the API' },
  // Also what is left of an answer whose PHP process was killed: without Content-Length the cut is not seen.
  { status: 200, body: 'text', kind: 'reply', done: 'maybe', passes: true, says: 'an empty or broken answer' },
  { status: [201, 299], kind: 'reply', done: 'maybe', passes: false, says: 'an unexpected status' },
  { status: [300, 399], kind: 'address', done: 'no', passes: false, says: 'a redirect, which is not followed' },
  // CiviCRM wants X-Requested-With from requests without credential: ours was lost on the way.
  {
    status: 400,
    body: 'json',
    text: /SECURITY ALERT/,
    kind: 'credential',
    done: 'no',
    passes: false,
    says: 'no credential seen, a proxy or the web server removes the header X-Civi-Auth',
  },
  { status: 400, body: 'json', kind: 'reply', done: 'no', passes: false, says: 'a request that arrived garbled' },
  { status: 400, kind: 'address', done: 'no', passes: false, says: 'not understood by the web server' },
  { status: 401, kind: 'credential', done: 'no', passes: false, says: 'login refused' },
  { status: 403, body: 'json', kind: 'permission', done: 'no', passes: false, says: 'not permitted' },
  // The APIv3 route itself is barred: anonymous, or a role without 'access CiviCRM'.
  {
    status: 403,
    kind: 'credential',
    done: 'no',
    passes: false,
    says: "refused before the API: anonymous, a role without 'access CiviCRM', or a firewall",
  },
  { status: 404, kind: 'address', done: 'no', passes: false, says: 'nothing at this address' },
  { status: 408, kind: 'overloaded', done: 'no', passes: true, says: 'the server waited too long for the request' },
  { status: 410, kind: 'address', done: 'no', passes: false, says: 'nothing at this address any more' },
  { status: 413, kind: 'tooLarge', done: 'no', passes: true, says: 'the request is too large for the site' },
  { status: 429, kind: 'overloaded', done: 'no', passes: true, says: 'too many requests for the site' },
  { status: [402, 499], kind: 'reply', done: 'no', passes: false, says: 'refused, perhaps by a firewall' },
  { status: 502, kind: 'overloaded', done: 'maybe', passes: true, says: 'the proxy lost the site' },
  {
    status: 503,
    body: 'json',
    text: /unavailable for maintenance/,
    kind: 'maintenance',
    done: 'no',
    passes: true,
    says: 'maintenance',
  },
  // Web servers and gateways of clouds say 503 also for a PHP that answered too late, some of them in JSON.
  { status: 503, kind: 'maintenance', done: 'maybe', passes: true, says: 'unavailable' },
  { status: 504, kind: 'overloaded', done: 'maybe', passes: true, says: 'the proxy gave up waiting for the site' },
  // A content delivery network's own codes for an origin that is down or late.
  { status: [520, 530], kind: 'overloaded', done: 'maybe', passes: true, says: 'the proxy cannot get at the site' },
  // JSON or not: APIv4 hides the real reason, so a full disk and a wrong field look alike.
  { status: [500, 599], kind: 'server', done: 'maybe', passes: true, says: 'an internal error' },
]

const unheardOf = { kind: 'reply', done: 'maybe', passes: false, says: 'an unheard-of status' } as const

/** Takes an answer for JSON with status 200, or says what it is instead. */
export function readReply(outcome: Reply | Lost, asked: Asked): Json | CrmError {
  if ('lost' in outcome) return lostError(outcome, asked)
  const body = readBody(outcome.body)
  if (outcome.status === 200 && body.form === 'json') return body.json
  const row = table.find((row) => fits(row, outcome, body.form)) ?? unheardOf
  return new CrmError(row.kind, `${asked.call}: ${row.says} (${details(outcome, body)})`, {
    unknown: asked.writes && row.done === 'maybe',
    passes: row.passes,
    retryAfterMs: row.passes ? retryAfterMs(outcome) : 0,
  })
}

function fits(row: Row, reply: Reply, form: Body['form']): boolean {
  const [first, last] = typeof row.status === 'number' ? [row.status, row.status] : row.status
  if (reply.status < first || reply.status > last) return false
  return (row.body === undefined || row.body === form) && (row.text === undefined || row.text.test(reply.body))
}

/** What a person needs to recognise the answer, without its content at large. */
function details(reply: Reply, body: Body): string {
  const status = `HTTP ${reply.status}`
  if (reply.status >= 300 && reply.status < 400 && reply.location !== null)
    return `${status} to ${reply.location.split(/[?#]/, 1)[0]?.slice(0, 200)}`
  if (body.form === 'json') {
    const message = isObject(body.json) ? errorText(body.json) : ''
    return message === '' ? status : `${status}: ${message}`
  }
  if (body.form === 'page') return body.title === null ? status : `${status}, page "${body.title}"`
  // AuthX says in a line of text why it refuses.
  const line = reply.status === 401 ? reply.body.trim().slice(0, 120) : ''
  return line === '' || line.startsWith('<') ? status : line
}

/** CiviCRM's own error text, short. */
export function errorText(json: { readonly [key: string]: Json | undefined }): string {
  const message = json['error_message']
  return typeof message === 'string' ? message.replaceAll(/\s+/g, ' ').trim().slice(0, 200) : ''
}

/** What a lost exchange is to the caller: kind, whether the site may have seen it, and the words. */
const lostKinds = {
  unsent: { kind: 'unreachable', done: 'no', says: 'no connection' },
  unsendable: { kind: 'credential', done: 'no', says: 'not sent' },
  timeout: { kind: 'timeout', done: 'maybe', says: 'given up waiting' },
  broken: { kind: 'interrupted', done: 'maybe', says: 'the connection broke' },
  aborted: { kind: 'interrupted', done: 'maybe', says: 'the gateway broke it off' },
  oversized: { kind: 'reply', done: 'maybe', says: 'no answer of CiviCRM' },
} as const satisfies Record<Lost['lost'], { kind: CrmErrorKind; done: 'no' | 'maybe'; says: string }>

function lostError(lost: Lost, asked: Asked): CrmError {
  const { kind, done, says } = lostKinds[lost.lost]
  return new CrmError(kind, `${asked.call}: ${says} (${causeText(lost.cause)})`, {
    unknown: asked.writes && done === 'maybe',
    passes: kind !== 'reply' && kind !== 'credential' && !isCertificateFault(lost.cause),
    cause: lost.cause,
  })
}

function causeText(thrown: unknown): string {
  const cause = firstCause(thrown)
  if (!(cause instanceof Error)) return 'given up'
  const code = codeOf(cause)
  return code === '' || cause.message.includes(code) ? cause.message : `${code}: ${cause.message}`
}

/** Certificates do not heal by waiting. */
function isCertificateFault(thrown: unknown): boolean {
  const fault = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE))/
  return fault.test(codeOf(firstCause(thrown)))
}

/** Where several addresses of a host were tried, each has its own error. */
function firstCause(thrown: unknown): unknown {
  return thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}

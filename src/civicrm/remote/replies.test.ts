import { describe, expect, it } from 'vitest'
import {
  type BadAnswer,
  badAnswers,
  json,
  page,
  plain,
  type StubAnswer,
  type StubReply,
} from '../../testing/crmStub.ts'
import { CrmError } from '../crm.ts'
import type { Lost, Reply } from './exchange.ts'
import { readReply } from './replies.ts'

/** Judgement in short: kind, `?` where a write may have been done, `~` where waiting may help. */
function judge(outcome: Reply | Lost, writes: boolean): string {
  const judged = readReply(outcome, { call: 'Mailing.event_bounce', writes })
  return judged instanceof CrmError ? short(judged) : 'json'
}

function short(error: CrmError): string {
  return error.kind + (error.unknown ? '?' : '') + (error.passes ? '~' : '')
}

function reply(answer: StubAnswer): Reply {
  if (!('status' in answer)) throw new Error('no answer')
  return {
    status: answer.status,
    contentType: answer.type,
    body: String(answer.body),
    location: answer.location ?? null,
    retryAfter: answer.headers?.['retry-after'] ?? null,
    date: Date.UTC(2026, 10, 24, 18),
  }
}

const table: readonly (readonly [BadAnswer, string])[] = [
  ['redirect', 'address'],
  ['webPage', 'address'],
  ['fatalPage', 'server?~'],
  ['xml', 'address'],
  ['empty', 'reply?~'],
  ['noHeader', 'credential'],
  ['badKey', 'credential'],
  ['guard', 'credential'],
  ['forbiddenJson', 'permission'],
  ['forbiddenPage', 'credential'],
  ['notFound', 'address'],
  ['tooLarge', 'tooLarge~'],
  ['tooMany', 'overloaded~'],
  ['fault', 'server?~'],
  ['faultPage', 'server?~'],
  ['badGateway', 'overloaded?~'],
  ['gatewayTimeout', 'overloaded?~'],
  ['maintenance', 'maintenance~'],
  ['maintenancePage', 'maintenance?~'],
  ['unavailableJson', 'maintenance?~'],
  // JSON with status 200: the content decides, elsewhere.
  ['fatal', 'json'],
  ['malformed', 'json'],
  ['unauthorized', 'json'],
  ['firewall', 'json'],
  ['database', 'json'],
]

const others: readonly (readonly [StubAnswer, string])[] = [
  [json({ error_code: 400, error_message: "Malformed JSON in 'params'." }, 400), 'reply'],
  [page(400, 'The plain HTTP request was sent to HTTPS port'), 'address'],
  [json({ error_code: 405, error_message: 'SECURITY: must be http POST' }, 405), 'reply'],
  [page(406, 'Not Acceptable'), 'reply'],
  [page(408, 'Request Timeout'), 'overloaded~'],
  [page(410, 'Gone'), 'address'],
  [page(451, 'Unavailable'), 'reply'],
  [page(301, 'Moved'), 'address'],
  [page(507, 'Insufficient Storage'), 'server?~'],
  [page(522, 'Connection timed out'), 'overloaded?~'],
  [plain(200, 'Fatal error: Allowed memory size exhausted'), 'reply?~'],
  [json({}, 201), 'reply?'],
  [{ status: 204, type: '', body: '' }, 'reply?'],
  [plain(999, ''), 'reply?'],
]

describe('readReply', () => {
  it.each(table)('judges a write answered by %s as %s', (name, expected) => {
    expect(judge(reply(badAnswers[name]), true)).toBe(expected)
  })

  it.each(others)('judges a write answered by %j as %s', (answer, expected) => {
    expect(judge(reply(answer), true)).toBe(expected)
  })

  it('never takes a read for maybe done', () => {
    const answers = [...table.map(([name]) => badAnswers[name]), ...others.map(([answer]) => answer)]
    for (const answer of answers) expect(judge(reply(answer), false)).not.toContain('?')
  })

  it.each<readonly [Lost['lost'], Error, string]>([
    ['unsent', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'unreachable~'],
    ['unsent', Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), 'unreachable~'],
    ['unsent', Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' }), 'unreachable'],
    ['unsent', Object.assign(new Error('altname'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'unreachable'],
    ['unsendable', new Error('a NUL'), 'credential'],
    ['timeout', new Error('late'), 'timeout?~'],
    ['broken', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'interrupted?~'],
    ['aborted', new Error('stopping'), 'interrupted?~'],
    ['oversized', new Error('too large'), 'reply?'],
  ])('judges a write lost as %s by %s as %s', (lost, cause, expected) => {
    expect(judge({ lost, cause }, true)).toBe(expected)
    expect(judge({ lost, cause }, false)).toBe(expected.replace('?', ''))
  })

  it.each<readonly [StubAnswer, string]>([
    [
      badAnswers.redirect,
      'Email.get: a redirect, which is not followed (HTTP 302 to https://www.example.org/civicrm/ajax/rest)',
    ],
    [badAnswers.webPage, 'Email.get: a web page instead of the API (HTTP 200, page "Example Charity")'],
    [badAnswers.guard, 'Email.get: login refused (HTTP 401 Login not permitted. Must satisfy guard (site_key, perm).)'],
    [badAnswers.fault, 'Email.get: an internal error (HTTP 500: Sorry an error occurred (Error ID: c-d))'],
  ])('says what came: %j', (answer, message) => {
    expect(readReply(reply(answer), { call: 'Email.get', writes: false })).toMatchObject({ message })
  })

  it.each<readonly [StubReply, string, number]>([
    [badAnswers.tooMany, '120', 120_000],
    [badAnswers.maintenancePage, ' 5 ', 5000],
    [badAnswers.maintenance, 'Tue, 24 Nov 2026 18:02:00 GMT', 120_000],
    [badAnswers.badGateway, 'Tue, 24 Nov 2026 17:00:00 GMT', 0],
    [badAnswers.tooMany, '99999999999', 3_600_000],
    [badAnswers.tooMany, 'Mon, 01 Jan 2035 00:00:00 GMT', 3_600_000],
    [badAnswers.tooMany, 'soon', 0],
    [badAnswers.tooMany, '-5', 0],
    [badAnswers.tooMany, '', 0],
    // Waiting helps nobody here.
    [badAnswers.badKey, '120', 0],
  ])('keeps how long a site asks to be left alone: %j, Retry-After %j', (answer, retryAfter, ms) => {
    const asking = reply({ ...answer, headers: { 'retry-after': retryAfter } })
    expect(readReply(asking, { call: 'Email.get', writes: false })).toMatchObject({ retryAfterMs: ms })
  })

  it('names the code of a failed connection, also where several addresses were tried', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:80'), { code: 'ECONNREFUSED' })
    const lost = { lost: 'unsent', cause: new AggregateError([refused], '') } as const
    expect(readReply(lost, { call: 'Email.get', writes: false })).toMatchObject({
      kind: 'unreachable',
      message: 'Email.get: no connection (connect ECONNREFUSED ::1:80)',
    })
  })
})

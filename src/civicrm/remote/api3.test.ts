import { describe, expect, it } from 'vitest'
import { badAnswers, type StubReply } from '../../testing/crmStub.ts'
import { CrmError } from '../crm.ts'
import { readResults } from './api3.ts'
import type { Json } from './json.ts'

const asked = { call: 'Mailing.event_bounce', writes: true }
const done = { is_error: 0, version: 3, count: 8, values: { event_queue_id: 1 } }
const gone = { is_error: 1, error_message: 'Queue event could not be found', error_code: 'no_queue_event' }
const unauthorized = { is_error: 1, error_code: 'unauthorized', error_message: 'API permission check failed' }

const notFound = { is_error: 1, error_code: 'not-found', error_message: 'API (Mailing, event_bounce) does not exist' }

function judge(reply: Json, count: number): string {
  const results = readResults(reply, count, asked)
  if (!(results instanceof CrmError)) return `${results.length} results`
  return results.kind + (results.unknown ? '?' : '') + (results.passes ? '~' : '')
}

function body(answer: StubReply): Json {
  const value: Json = JSON.parse(String(answer.body))
  return value
}

describe('readResults', () => {
  it('gives one result for each call', () => {
    expect(judge([done, gone], 2)).toBe('2 results')
    expect(judge([gone], 1)).toBe('1 results')
  })

  it.each<readonly [string, Json, string]>([
    ['nothing, as malformed calls are answered', body(badAnswers.malformed), 'reply?'],
    ['no list element', [], 'reply?'],
    ['too few results', [done], 'reply?'],
    ['too many results', [done, done, done], 'reply?'],
    ['things that are no results', [done, 'done'], 'reply?'],
    ['the old key check', body(badAnswers.fatal), 'credential'],
    ['the check for browsers', { is_error: 1, error_message: 'SECURITY ALERT: Ajax requests …' }, 'credential'],
    ['lack of permission', body(badAnswers.unauthorized), 'permission'],
    ['lack of permission for each', [unauthorized, unauthorized], 'permission'],
    ['a call that is not there, as in the middle of an upgrade, for each', [notFound, notFound], 'reply'],
    ['the intrusion detection', body(badAnswers.firewall), 'reply'],
    ['a lost database', body(badAnswers.database), 'server?~'],
  ])('takes %s for an error of the whole', (_, reply, expected) => {
    expect(judge(reply, 2)).toBe(expected)
  })
})

import { CrmError } from '../crm.ts'
import type { Connection } from './connection.ts'
import { isArray, isObject, type Json, type JsonObject } from './json.ts'
import { type Asked, errorText, readReply } from './replies.ts'
import { routes } from './url.ts'

export interface Api3Call {
  readonly entity: string
  readonly action: string
  readonly params: JsonObject
}

/**
 * One APIv3 multi-call of changes: executed in order, each for itself, without a common transaction.
 *
 * @returns one result for each call, in order; each may be an error of its own
 * @throws CrmError where the request as a whole has no such answer
 */
export async function callMany(
  connection: Connection,
  calls: readonly Api3Call[],
  signal?: AbortSignal,
): Promise<readonly JsonObject[]> {
  const asked = { call: `${calls[0]?.entity}.${calls[0]?.action}`, writes: true }
  // A list, not an object: numeric keys would be re-indexed, and order is what we need. The parameters go
  // in the field `json`, which is exempt from CiviCRM's intrusion detection and makes the answer JSON.
  const json = JSON.stringify(calls.map(({ entity, action, params }) => [entity, action, params]))
  const outcome = await connection.post(routes.api3, { entity: 'api3', action: 'call', json }, { signal, fresh: true })
  const reply = readReply(outcome, asked)
  const results = reply instanceof CrmError ? reply : readResults(reply, calls.length, asked)
  if (results instanceof CrmError) throw results
  return results
}

/** The results of a multi-call, or why the answer as a whole is none. */
export function readResults(reply: Json, count: number, asked: Asked): readonly JsonObject[] | CrmError {
  if (isObject(reply)) return wholeError(reply, asked)
  const results = isArray(reply) ? reply.filter((result) => isObject(result)) : []
  if (results.length === count) {
    // A role without the right, a CiviCRM without the call: a matter of the site, not of each bounce.
    const first = results[0]
    if (first !== undefined && results.every((result) => ofTheSite.has(errorCode(result))))
      return wholeError(first, asked)
    return results
  }
  return new CrmError('reply', `${asked.call}: ${results.length} results for ${count} calls`, {
    unknown: asked.writes,
    passes: false,
  })
}

const ofTheSite: ReadonlySet<string> = new Set(['unauthorized', 'not-found'])

export function isError(result: JsonObject): boolean {
  return Number(result['is_error']) === 1 || result['is_error'] === true
}

/** Absent where CiviCRM gives none; a number in older versions. */
export function errorCode(result: JsonObject): string {
  const code = result['error_code']
  return isError(result) && (typeof code === 'string' || typeof code === 'number') ? String(code) : ''
}

/** APIv3 answers 200 to everything; one object instead of a list is an error of the request. */
function wholeError(reply: JsonObject, asked: Asked): CrmError {
  const says = `${asked.call}: ${errorText(reply) || errorCode(reply) || 'no results'}`
  // Malformed `json` answers {"is_error":0} and nothing else, though not only that may look so.
  if (!isError(reply)) return new CrmError('reply', says, { unknown: asked.writes, passes: false })
  if (errorCode(reply) === 'unauthorized') return new CrmError('permission', says, { unknown: false, passes: false })
  if (/^(FATAL:|SECURITY ALERT:|User API key invalid)/.test(errorText(reply)))
    return new CrmError('credential', says, { unknown: false, passes: false })
  if (['IDS_KICK', 'mandatory_missing', 'not-found'].includes(errorCode(reply)))
    return new CrmError('reply', says, { unknown: false, passes: false })
  // A fault of the database ends the whole request wherever it had got to.
  return new CrmError('server', says, { unknown: asked.writes, passes: true })
}

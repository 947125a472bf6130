import type { BounceTypes } from '../../civimail/bounceTypes.ts'
import { chunks } from '../chunks.ts'
import { type BounceOutcome, type BounceToRecord, CrmError } from '../crm.ts'
import { cleanBody, cleanReason } from '../text.ts'
import { type Api3Call, callMany, errorCode, isError } from './api3.ts'
import type { Connection } from './connection.ts'
import { isObject, type JsonObject } from './json.ts'
import { errorText } from './replies.ts'

/**
 * Records bounces by `Mailing.event_bounce`, `batchSize` in a request, in order.
 *
 * @throws CrmError only where nothing was recorded by an earlier request of the same call: from then on
 *   a failure is the outcome of those it hit, so that the earlier ones stay known
 */
export async function writeBounces(
  connection: Connection,
  settings: { readonly batchSize: number; readonly bounceTypes: BounceTypes },
  bounces: readonly BounceToRecord[],
  signal?: AbortSignal,
): Promise<readonly BounceOutcome[]> {
  const outcomes: BounceOutcome[] = []
  for (const some of chunks(bounces, settings.batchSize)) {
    try {
      const calls = some.map((bounce) => bounceCall(bounce, settings.bounceTypes))
      const results = await callMany(connection, calls, signal)
      outcomes.push(...results.map((result, index) => outcomeOf(result, some[index])))
    } catch (error: unknown) {
      if (!(error instanceof CrmError) || outcomes.length === 0) throw error
      outcomes.push(...some.map(() => failed(error.message, error.unknown)))
      const rest = bounces.length - outcomes.length
      return [
        ...outcomes,
        ...Array.from({ length: rest }, () => failed('not sent, as the request before it failed', false)),
      ]
    }
  }
  return outcomes
}

/**
 * The parameters: the real job id (checked by versions before 5.67), the bounce type by number (a name
 * is accepted, stored as 0, and never holds), a body that is not empty; never `id`, which would edit a row.
 */
export function bounceCall(bounce: BounceToRecord, bounceTypes: BounceTypes): Api3Call {
  const { jobId, queueId, hash } = bounce.reference
  return {
    entity: 'Mailing',
    action: 'event_bounce',
    params: {
      job_id: jobId,
      event_queue_id: queueId,
      hash,
      body: cleanBody(bounce.body),
      bounce_type_id: bounceTypes[bounce.bounceType].id,
      bounce_reason: cleanReason(bounce.reason),
    },
  }
}

/** What one result of the multi-call says about its bounce. */
export function outcomeOf(result: JsonObject, bounce: BounceToRecord | undefined): BounceOutcome {
  const message = errorText(result) || 'no reason given'
  if (isError(result)) {
    switch (errorCode(result)) {
      case 'no_queue_event':
        return { outcome: 'gone', message }
      case 'mandatory_missing':
        return { outcome: 'failed', retry: false, unknown: false, message }
      case 'unauthorized':
      case 'not-found':
        return failed(message, false)
      default:
        // A locked e-mail row or a lost database: the bounce row may stand although the call failed.
        return failed(message, true)
    }
  }
  if (Number(result['is_error']) === 0 && isAbout(result, bounce)) return { outcome: 'recorded' }
  return failed('an answer that fits another call', true)
}

function failed(message: string, unknown: boolean): BounceOutcome {
  return { outcome: 'failed', retry: true, unknown, message }
}

/** CiviCRM repeats the parameters: proof that order held. */
function isAbout(result: JsonObject, bounce: BounceToRecord | undefined): boolean {
  const values = result['values']
  const queueId = isObject(values) ? values['event_queue_id'] : undefined
  return queueId === undefined || Number(queueId) === bounce?.reference.queueId
}

import { z } from 'zod'
import { chunks, distinct } from '../chunks.ts'
import { api4, idField } from './api4.ts'
import type { Connection } from './connection.ts'
import type { JsonObject } from './json.ts'

/** Each updated row runs CiviCRM's hooks one by one: a chunk must end well before PHP's time limit. */
const rowsPerRequest = 100

/**
 * Opts contacts out. Returns those that were not before.
 *
 * `IN` with a clause on the state, since `id =` alone answers an error for a row that is gone; it also
 * makes the call idempotent. No unsubscribe event is written: that route mails the complainant.
 */
export async function writeOptOut(
  connection: Connection,
  contactIds: readonly number[],
  signal?: AbortSignal,
): Promise<readonly number[]> {
  return update(connection, 'Contact', contactIds, optOutTo(true), signal)
}

/** Takes an opt-out back. Returns those that were opted out; a contact in the bin stays as it is. */
export async function writeOptIn(
  connection: Connection,
  contactIds: readonly number[],
  signal?: AbortSignal,
): Promise<readonly number[]> {
  return update(connection, 'Contact', contactIds, optOutTo(false), signal)
}

/** Puts e-mail rows on hold. Returns those that were not before; `hold_date` is CiviCRM's own to set. */
export async function writeHold(
  connection: Connection,
  emailIds: readonly number[],
  signal?: AbortSignal,
): Promise<readonly number[]> {
  return update(connection, 'Email', emailIds, heldNow, signal)
}

/** Of those alone whose state is the other one. */
function optOutTo(isOptOut: boolean): (ids: readonly number[]) => JsonObject {
  return (ids) => ({
    where: [
      ['id', 'IN', ids],
      ['is_opt_out', '=', !isOptOut],
      ['is_deleted', '=', false],
    ],
    values: { is_opt_out: isOptOut },
  })
}

function heldNow(ids: readonly number[]): JsonObject {
  return {
    where: [
      ['id', 'IN', ids],
      ['on_hold', '=', 0],
    ],
    values: { on_hold: 1 },
  }
}

const rowSchema = z.object({ id: idField })

async function update(
  connection: Connection,
  entity: 'Contact' | 'Email',
  ids: readonly number[],
  params: (ids: readonly number[]) => JsonObject,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const changed: number[] = []
  for (const some of chunks(distinct(ids), rowsPerRequest)) {
    const call = { entity, action: 'update', params: params(some), row: rowSchema } as const
    const { rows } = await api4(connection, call, signal)
    changed.push(...rows.map(({ id }) => id))
  }
  return changed
}

import { z } from 'zod'
import { CrmError } from '../crm.ts'
import type { Connection } from './connection.ts'
import type { Json, JsonObject } from './json.ts'
import { type Asked, readReply } from './replies.ts'
import { routes } from './url.ts'

/** One APIv4 call, with the shape that its rows must have. */
export interface Api4Call<Row> {
  readonly entity: string
  readonly action: 'get' | 'update' | 'checkAccess'
  /**
   * As in CiviCRM's API explorer; for reads and updates always with a `where`, and what comes back is
   * compared again: a firewall that drops form fields makes CiviCRM answer without any filter.
   */
  readonly params: JsonObject
  readonly row: z.ZodType<Row>
}

export interface Api4Answer<Row> {
  readonly rows: readonly Row[]
  /** The web server's clock at the answer, epoch ms; null where it sends none. */
  readonly date: number | null
}

/** @throws CrmError */
export async function api4<Row>(
  connection: Connection,
  call: Api4Call<Row>,
  signal?: AbortSignal,
): Promise<Api4Answer<Row>> {
  const asked = { call: `${call.entity}.${call.action}`, writes: call.action === 'update' }
  const fields = { params: JSON.stringify(call.params) }
  const outcome = await connection.post(routes.api4(call.entity, call.action), fields, { signal })
  const reply = readReply(outcome, asked)
  const rows = reply instanceof CrmError ? reply : readRows(reply, call.row, asked)
  if (rows instanceof CrmError) throw rows
  return { rows, date: 'lost' in outcome ? null : outcome.date }
}

/** The rows of a successful APIv4 answer, or why it is none. */
export function readRows<Row>(reply: Json, row: z.ZodType<Row>, asked: Asked): readonly Row[] | CrmError {
  const parsed = z.object({ values: z.array(row) }).safeParse(reply)
  if (parsed.success) return parsed.data.values
  // The place of the fault, never the value: it may be an address.
  const where = parsed.error.issues[0]?.path.join('.') ?? ''
  return new CrmError('reply', `${asked.call}: an answer of another shape (${where})`, {
    unknown: asked.writes,
    passes: false,
  })
}

/** Drivers of MySQL differ in whether a number comes as a number or as text. */
export const idField = z.coerce.number().int().positive()
export const flagField = z.coerce.number().transform((flag) => flag === 1)

import { z } from 'zod'
import { type CrmCapabilities, CrmError } from '../crm.ts'
import { api4, idField } from './api4.ts'
import type { Connection } from './connection.ts'
import { login } from './login.ts'

const rowSchema = z.object({ id: idField })

/**
 * What the credential can do: whether it is logged in, sees contacts, and may read back.
 *
 * @throws CrmError 'permission' where it sees nobody: each address would seem to be unknown, and bounces
 *   and complaints would be settled as "nobody has it"
 */
export async function askCapabilities(connection: Connection, signal?: AbortSignal): Promise<CrmCapabilities> {
  const { contactId } = await login(connection, signal)
  if ((await anotherContact(connection, contactId, signal)) === null)
    throw new CrmError('permission', "the API key's role sees no contact but its own: 'view all contacts' is missing", {
      unknown: false,
      passes: false,
    })
  return { readBack: await mayReadBack(connection, signal) }
}

/** Another contact that the credential sees; null where there is none. A fresh CiviCRM has some already. */
export async function anotherContact(
  connection: Connection,
  own: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const params = { select: ['id'], where: [['id', '!=', own]], limit: 1 }
  const { rows } = await api4(connection, { entity: 'Contact', action: 'get', params, row: rowSchema }, signal)
  return rows[0]?.id ?? null
}

/** Bounce rows and queue rows have the same permission, 'administer CiviCRM'. */
export async function mayReadBack(connection: Connection, signal?: AbortSignal): Promise<boolean> {
  const params = { select: ['id'], where: [['id', '>', 0]], limit: 1 }
  try {
    await api4(connection, { entity: 'MailingEventBounce', action: 'get', params, row: rowSchema }, signal)
    return true
  } catch (error: unknown) {
    if (error instanceof CrmError && error.kind === 'permission') return false
    throw error
  }
}

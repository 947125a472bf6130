import { z } from 'zod'
import { type CrmCapabilities, CrmError } from '../crm.ts'
import { api4, idField } from './api4.ts'
import type { Connection } from './connection.ts'
import { login } from './login.ts'

const rowSchema = z.object({ id: idField })

/**
 * Whether the credential is logged in and sees contacts.
 *
 * @throws CrmError 'credential'; 'permission' where it sees nobody: each address would seem to be unknown, and
 *   bounces and complaints would be settled as "nobody has it"
 */
export async function assertSight(connection: Connection, signal?: AbortSignal): Promise<void> {
  const { contactId } = await login(connection, signal)
  if ((await anotherContact(connection, contactId, signal)) === null)
    throw new CrmError('permission', "the API key's role sees no contact but its own: 'view all contacts' is missing", {
      unknown: false,
      passes: false,
    })
}

/** What the credential can do. @throws CrmError as {@link assertSight} */
export async function askCapabilities(connection: Connection, signal?: AbortSignal): Promise<CrmCapabilities> {
  await assertSight(connection, signal)
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

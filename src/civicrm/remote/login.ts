import { z } from 'zod'
import { CrmError } from '../crm.ts'
import type { Connection } from './connection.ts'
import { idField } from './api4.ts'
import type { Json } from './json.ts'
import { readReply } from './replies.ts'
import { routes } from './url.ts'

/** Whom CiviCRM takes us for. */
export interface Identity {
  readonly contactId: number
  readonly userId: number
}

const identitySchema = z.object({ contact_id: idField.nullable(), user_id: idField.nullable() })

/**
 * Asks CiviCRM who we are: the one test of a login, as an anonymous reader gets empty lists with status
 * 200 where others get an error.
 *
 * @throws CrmError 'credential' for nobody, and for a contact without a user account
 */
export async function login(connection: Connection, signal?: AbortSignal): Promise<Identity> {
  const reply = readReply(await connection.get(routes.identity, { signal }), { call: 'authx/id', writes: false })
  const identity = reply instanceof CrmError ? reply : readIdentity(reply)
  if (identity instanceof CrmError) throw identity
  return identity
}

export function readIdentity(reply: Json): Identity | CrmError {
  const parsed = identitySchema.safeParse(reply)
  if (!parsed.success)
    return new CrmError('reply', 'authx/id: an answer without a contact', { unknown: false, passes: false })
  const { contact_id: contactId, user_id: userId } = parsed.data
  if (contactId === null) return refuse('the site takes the gateway for an anonymous visitor')
  // Such a contact logs in all the same, but with the rights of an anonymous visitor only.
  if (userId === null) return refuse(`the API key's contact ${contactId} has no user account`)
  return { contactId, userId }
}

function refuse(says: string): CrmError {
  return new CrmError('credential', `authx/id: ${says}`, { unknown: false, passes: false })
}

import { randomBytes } from 'node:crypto'
import type { Testbed } from '../../testbed/testbed.ts'

/** All that the gateway's role needs, in CiviCRM's words. */
export const neededPermissions = [
  'access CiviCRM',
  'access CiviMail',
  'authenticate with api key',
  'view all contacts',
  'edit all contacts',
] as const

export type NeededPermission = (typeof neededPermissions)[number]

export interface CivicrmUser {
  readonly active?: boolean
  readonly timeZone?: string
}

/**
 * A role, a user and a contact of its own, so that nobody else's key changes meanwhile.
 *
 * @param user null: a contact with a key, without a user
 * @returns the API key
 */
export async function makeCivicrmUser(
  testbed: Testbed,
  permissions: readonly string[],
  user: CivicrmUser | null = {},
): Promise<string> {
  const name = `test${randomBytes(6).toString('hex')}`
  const { contactId } = await testbed.seedContact({ email: `${name}@example.org` })
  await testbed.sql('UPDATE civicrm_contact SET api_key = ? WHERE id = ?', [name, contactId])
  if (user === null) return name
  // CiviCRM keeps lists as text between characters 1.
  const list = `\u0001${permissions.join('\u0001')}\u0001`
  await testbed.sql('INSERT INTO civicrm_role (name, label, permissions) VALUES (?, ?, ?)', [name, name, list])
  await testbed.sql(
    'INSERT INTO civicrm_uf_match (domain_id, uf_name, contact_id, username, is_active, timezone) VALUES (1, ?, ?, ?, ?, ?)',
    [`${name}@example.org`, contactId, name, user.active === false ? 0 : 1, user.timeZone ?? null],
  )
  await testbed.sql('UPDATE civicrm_uf_match SET uf_id = id WHERE username = ?', [name])
  await testbed.sql(
    'INSERT INTO civicrm_user_role (user_id, role_id) SELECT m.id, r.id FROM civicrm_uf_match m JOIN civicrm_role r ON r.name = m.username WHERE m.username = ?',
    [name],
  )
  return name
}

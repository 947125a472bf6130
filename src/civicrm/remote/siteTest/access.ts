import { z } from 'zod'
import { callMany, errorCode } from '../api3.ts'
import { api4, flagField } from '../api4.ts'
import { anotherContact, mayReadBack } from '../capabilities.ts'
import type { Connection } from '../connection.ts'
import { failed, missing, ok, permitted, tried, unknown } from './check.ts'
import type { SiteCheck } from './report.ts'

/**
 * Each permission that recording needs, proven by a call that needs just that one and changes nothing.
 *
 * @param own the contact that the API key belongs to
 */
export async function checkAccess(connection: Connection, own: number): Promise<readonly SiteCheck[]> {
  const accessCivicrm = await tried('accessCivicrm', async () => checkAccessCivicrm(connection))
  // Without it nothing else says anything: calls are barred or fail in unlike ways.
  if (accessCivicrm.result !== 'ok') return [accessCivicrm]
  return [
    accessCivicrm,
    await tried('accessCivimail', async () => checkAccessCivimail(connection)),
    ...(await checkContacts(connection, own)),
  ]
}

/** `Entity.get` is the call of APIv4 that needs 'access CiviCRM' and nothing else. */
async function checkAccessCivicrm(connection: Connection): Promise<SiteCheck> {
  const call = {
    entity: 'Entity',
    action: 'get',
    params: { select: ['name'], where: [['name', '=', 'Contact']] },
    row: z.object({ name: z.string() }),
  } as const
  const answer = await permitted(async () => api4(connection, call))
  return answer === null
    ? missing('accessCivicrm', 'access CiviCRM', 'every call')
    : ok('accessCivicrm', "The role has 'access CiviCRM'.")
}

/**
 * `event_bounce` without queue id, hash and body: permissions come first, so a permitted caller is told
 * what is missing, and nothing can be recorded.
 */
async function checkAccessCivimail(connection: Connection): Promise<SiteCheck> {
  const call = { entity: 'Mailing', action: 'event_bounce', params: { job_id: 1 } }
  const results = await permitted(async () => callMany(connection, [call]))
  if (results === null) return missing('accessCivimail', 'access CiviMail', 'recording a bounce')
  const code = results[0] === undefined ? '' : errorCode(results[0])
  return code === 'mandatory_missing'
    ? ok('accessCivimail', 'Bounces may be recorded.')
    : failed('accessCivimail', `The call for bounces answered '${code}'.`, 'Is the component CiviMail enabled?')
}

async function checkContacts(connection: Connection, own: number): Promise<readonly SiteCheck[]> {
  let other: number | null = null
  const view = await tried('viewContacts', async () => {
    other = await anotherContact(connection, own)
    return other === null
      ? missing('viewContacts', 'view all contacts', 'finding a person by address')
      : ok('viewContacts', 'Contacts can be found.')
  })
  const edit = await tried('editContacts', async () =>
    other === null
      ? unknown('editContacts', 'Not known, since no other contact is to be seen.')
      : checkEdit(connection, other),
  )
  return [view, edit]
}

/** CiviCRM answers for one contact whether it may be edited, without editing. */
async function checkEdit(connection: Connection, contact: number): Promise<SiteCheck> {
  const call = {
    entity: 'Contact',
    action: 'checkAccess',
    params: { action: 'update', values: { id: contact } },
    row: z.object({ access: flagField }),
  } as const
  const { rows } = await api4(connection, call)
  return rows[0]?.access === true
    ? ok('editContacts', 'Contacts may be opted out, addresses put on hold.')
    : missing('editContacts', 'edit all contacts', 'an opt-out or hold')
}

export interface Rights {
  readonly check: SiteCheck
  /** null where not known. */
  readonly administrator: boolean | null
}

/** Whether the key may look up what it recorded, and what follows if not. Both are in order. */
export async function checkAdministrator(connection: Connection): Promise<Rights> {
  let administrator: boolean | null = null
  const check = await tried('administrator', async () => {
    administrator = await mayReadBack(connection)
    return administrator
      ? ok('administrator', "The role has 'administer CiviCRM': after a crash nothing is lost and nothing doubled.")
      : ok(
          'administrator',
          "The role lacks 'administer CiviCRM': where the answer to a call is lost, the gateway cannot look whether it was " +
            'carried out and shows it as `uncertain`; and it cannot see that an address was edited since the mailing.',
          "This is the safer choice for the site. Give 'administer CiviCRM' only if nothing may ever stay uncertain.",
        )
  })
  return { check, administrator }
}

import { describe, expect, it } from 'vitest'
import { CrmError } from '../crm.ts'
import { readIdentity } from './login.ts'

describe('readIdentity', () => {
  it('reads contact and user, as numbers or text', () => {
    expect(readIdentity({ contact_id: 3, user_id: 2, flow: 'xheader', cred: 'api_key' })).toEqual({
      contactId: 3,
      userId: 2,
    })
    expect(readIdentity({ contact_id: '3', user_id: '2' })).toEqual({ contactId: 3, userId: 2 })
  })

  it.each([
    [{ contact_id: null, user_id: null }, 'credential', 'anonymous'],
    [{ contact_id: 3, user_id: null }, 'credential', 'contact 3 has no user account'],
    [{ values: [] }, 'reply', 'without a contact'],
    [[], 'reply', 'without a contact'],
  ] as const)('refuses %j', (reply, kind, says) => {
    const refused = readIdentity(reply)
    expect(refused).toBeInstanceOf(CrmError)
    expect(refused).toMatchObject({ kind, passes: false, unknown: false, message: expect.stringContaining(says) })
  })
})

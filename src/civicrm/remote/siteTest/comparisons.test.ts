import { describe, expect, it } from 'vitest'
import { bounceTypeNames, defaultBounceTypes } from '../../../civimail/bounceTypes.ts'
import { mailSettingsSchema } from '../../../settings/site.ts'
import { judgeMailbox } from './otherHandlers.ts'
import { compareBounceTypes, compareMailSettings } from './siteSettings.ts'

const found = bounceTypeNames.map((name) => ({
  name,
  id: defaultBounceTypes[name].id,
  hold_threshold: defaultBounceTypes[name].threshold,
}))

describe('compareBounceTypes', () => {
  it('is content with a fresh CiviCRM, in any order', () => {
    expect(compareBounceTypes(defaultBounceTypes, found.toReversed())).toMatchObject({ result: 'ok' })
  })

  it('names each difference', () => {
    const own = {
      ...defaultBounceTypes,
      Invalid: { id: 106, threshold: 1 },
      Relay: { id: 9, threshold: 5 },
    }
    const fewer = found.filter(({ name }) => name !== 'AOL')
    expect(compareBounceTypes(own, fewer)).toMatchObject({
      result: 'warning',
      says: expect.stringContaining('AOL is not there; Invalid has id 6, not 106; Relay holds after 3, not 5.'),
    })
  })
})

describe('compareMailSettings', () => {
  const own = mailSettingsSchema.parse({ localpart: 'bounce+', domains: ['crm.example.org', 'crm.example.com'] })
  const row = { localpart: 'bounce+', domain: 'CRM.example.org', return_path: null }

  it('is content where all domains of CiviCRM fit', () => {
    expect(compareMailSettings(own, [row, { ...row, domain: 'crm.example.com' }], '.')).toMatchObject({
      result: 'ok',
      advice: null,
    })
    expect(compareMailSettings({ ...own, localpart: '' }, [{ domain: 'crm.example.org' }], '.')).toMatchObject({
      result: 'ok',
    })
  })

  it('names each difference, and an unknown localpart is one', () => {
    expect(compareMailSettings({ ...own, localpart: null }, [{ ...row, domain: 'example.net' }], '-')).toMatchObject({
      result: 'warning',
      says: expect.stringContaining("localpart is 'bounce+'; domain is 'example.net'; separator is '-'."),
    })
  })

  it('tells what a fixed return path means', () => {
    expect(compareMailSettings(own, [{ ...row, return_path: 'bounces@example.org' }], '.')).toMatchObject({
      result: 'ok',
      advice: expect.stringContaining('X-CiviMail-Bounce'),
    })
  })
})

describe('judgeMailbox', () => {
  it.each<readonly [readonly string[], readonly string[], string]>([
    [[], [], 'ok'],
    [['imap.example.org'], [], 'ok'],
    [[], ['fetch_bounces'], 'ok'],
    [['imap.example.org'], ['fetch_bounces'], 'warning'],
    [[], ['update_email_resetdate'], 'warning'],
  ])('mailbox %j, jobs %j: %s', (servers, jobs, result) => {
    expect(judgeMailbox(servers, jobs)).toMatchObject({ result })
  })
})

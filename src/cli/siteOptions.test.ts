import { describe, expect, it } from 'vitest'
import { siteFromOptions } from './siteOptions.ts'

const least = { url: 'https://crm.example.org', domain: ['crm.example.org'] }

describe('a site from options', () => {
  it('needs only address and domain; sender domains follow', () => {
    const site = siteFromOptions('main', least, null)
    expect(site).toMatchObject({
      id: 'main',
      mode: 'record',
      crm: { type: 'civicrm', urlForm: 'clean' },
      mail: { separator: '.', senderDomains: ['crm.example.org'] },
      policy: { preset: 'standard' },
    })
  })

  it('keeps what an edit does not name', () => {
    const before = siteFromOptions(
      'main',
      { ...least, localpart: 'bounce+', topic: ['111122223333'], batchSize: 50 },
      null,
    )
    const after = siteFromOptions('main', { policy: 'careful' }, before)
    expect(after).toEqual({ ...before, policy: { preset: 'careful' } })
  })

  it('takes the name of a time zone back where it is to be asked of the site', () => {
    const before = siteFromOptions('main', { ...least, timeZone: 'Europe/Berlin' }, null)
    expect(before.crm).toMatchObject({ timeZone: 'Europe/Berlin' })
    expect(siteFromOptions('main', { name: 'New' }, before).crm).toMatchObject({ timeZone: 'Europe/Berlin' })
    expect(siteFromOptions('main', { timeZone: 'ask' }, before).crm).toMatchObject({ timeZone: null })
  })

  it('keeps an own policy and own bounce types over an edit', () => {
    const before = siteFromOptions('main', least, null)
    const own = { ...before, bounceTypes: { ...before.bounceTypes, Relay: { id: 42, threshold: 7 } } }
    expect(siteFromOptions('main', { name: 'New' }, own).bounceTypes.Relay).toEqual({ id: 42, threshold: 7 })
  })

  it.each([
    [{ domain: ['x.example.org'] }, /--url/],
    [{ url: 'https://crm.example.org' }, /--domain/],
    [{ ...least, url: 'crm.example.org' }, /^--url: must be an address that begins with https:\/\/ or http:\/\/$/],
    [{ ...least, url: 'ftp://crm.example.org' }, /--url/],
    [{ ...least, urlForm: 'drupal' }, /--url-form/],
    [{ ...least, topic: ['arn:aws:sqs:eu-west-1:111122223333:x'] }, /--topic/],
    [{ ...least, domain: ['not a domain'] }, /^--domain: must be a domain name such as crm.example.org$/],
    [{ ...least, senderDomain: ['not a domain'] }, /^--sender-domain: must be a domain name/],
    [{ ...least, localpart: 'bounce+@crm' }, /--localpart: must be what stands before the @/],
    [{ ...least, batchSize: Number.NaN }, /--batch-size/],
    [{ ...least, policy: 'harsh' }, /--policy/],
    [{ ...least, mode: 'off' }, /--mode/],
    [{ ...least, timeZone: 'Berlin' }, /^--time-zone: "Berlin" is no time zone: name it like Europe\/Berlin$/],
    [{ ...least, timeZone: '' }, /--time-zone/],
    [{ ...least, timeZone: 'none' }, /--time-zone/],
  ])('names the option that is wrong: %j', (options, message) => {
    expect(() => siteFromOptions('main', options, null)).toThrow(message)
  })

  it('refuses an id that cannot stand in an address', () => {
    expect(() => siteFromOptions('Main Site', least, null)).toThrow(/the id/)
  })
})

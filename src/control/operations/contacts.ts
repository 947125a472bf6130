import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import { siteIdSchema } from '../../settings/site.ts'
import { isAddress } from '../../civicrm/address.ts'
import type { ContactStore } from '../../civicrm/builtin/contactStore.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'

function storeOf(context: OperationContext, id: string): ContactStore {
  const site = siteOrFail(context, id)
  if (site.crm.type !== 'builtin') {
    throw new GatewayError('SITE_NOT_BUILTIN', `the contacts of "${id}" are in its CiviCRM (${site.crm.url})`)
  }
  return context.contacts(id)
}

/** In one go. */
export const mostContacts = 5000

const contactSchema = z.strictObject({
  name: z.string().max(200),
  emails: z.array(z.string().min(3).max(254).refine(isAddress, 'must be an e-mail address')).min(1),
})

export const contactOperations = {
  'contacts.list': operation({
    input: z.strictObject({
      site: siteIdSchema,
      text: z.string().max(320).optional(),
      touched: z.boolean().optional(),
      limit: z.int().min(1).max(10_000).default(100),
    }),
    writes: false,
    run: (context, { site, ...filter }) => storeOf(context, site).list(filter),
  }),

  'contacts.add': operation({
    input: z.strictObject({ site: siteIdSchema, contacts: z.array(contactSchema).min(1).max(mostContacts) }),
    writes: true,
    run: async (context, { site, contacts }) => storeOf(context, site).addContacts(contacts, { unlessThere: true }),
  }),

  'contacts.release': operation({
    input: z.strictObject({ site: siteIdSchema, emailId: z.int().min(1) }),
    writes: true,
    run: async (context, { site, emailId }) => {
      const store = storeOf(context, site)
      if (!(await store.hasEmail(emailId)))
        throw new GatewayError('NOTHING_FOUND', `the site "${site}" has no address with the id ${emailId}`)
      return { emailId, released: await store.release(emailId) }
    },
  }),
}

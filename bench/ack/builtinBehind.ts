import { systemClock } from '../../src/clock.ts'
import { openStore } from '../../src/compose/openStore.ts'
import type { GatewayProcess } from './gatewayProcess.ts'
import { type CrmBehind, countRecorded } from './crmBehind.ts'
import { unusedPort } from './forwarder.ts'
import { benchSite } from './site.ts'

/**
 * The built-in contact store in the place of a CiviCRM: the site points to an address where nothing
 * listens, until the administrator switches it over.
 *
 * @param dataFolder of the gateway, which does not run yet
 * @param gateway the one that will run; asked when the site is switched
 */
export async function builtinBehind(
  dataFolder: string,
  count: number,
  gateway: () => GatewayProcess,
): Promise<CrmBehind> {
  const store = await openStore({ folder: dataFolder, keyFile: null, clock: systemClock, access: 'own' })
  const url = `http://127.0.0.1:${await unusedPort()}`
  const { id } = benchSite(url)
  const added = await store.contacts(id).addContacts(
    Array.from({ length: count }, (_, index) => ({
      name: `Person ${index}`,
      emails: [`person-${index}@example.org`],
    })),
  )
  const emails = added.flatMap((contact) => contact.emails)
  const mailing = { name: 'Newsletter', emailIds: emails.map(({ emailId }) => emailId) }
  const { jobId, queueRows } = await store.contacts(id).addMailing(mailing)
  await store.close()
  const recipients = queueRows.map(({ email, queueId, hash }) => ({ address: email, row: { jobId, queueId, hash } }))
  return {
    name: 'the built-in contact store',
    url,
    apiKey: 'none',
    recipients,
    comeBack: async () => void (await gateway().command('sites', 'edit', id, '--builtin')),
    recorded: async () => {
      const after = await openStore({ folder: dataFolder, keyFile: null, clock: systemClock, access: 'read' })
      const states = await after.contacts(id).list({ limit: count + 1 })
      await after.close()
      const bounces = new Map(states.flatMap((contact) => contact.emails.map((one) => [one.email, one.bounces.length])))
      return countRecorded(recipients, ({ address }) => bounces.get(address) ?? 0)
    },
    end: async () => undefined,
  }
}

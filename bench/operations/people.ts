import { systemClock } from '../../src/clock.ts'
import { openStore } from '../../src/compose/openStore.ts'
import type { Home } from './outside.ts'
import type { SenderJob } from './sending.ts'

/** Each bounces again and again, every time as a mail of its own. */
const count = 500

/** People of the run's own in the built-in contact store, who each got a mailing. No gateway may run meanwhile. */
export async function makePeople(home: Home, keyFile: string, siteId: string): Promise<SenderJob['people']> {
  const place = 'databaseUrl' in home ? { folder: `${keyFile}.people`, ...home } : home
  const store = await openStore({ ...place, keyFile, clock: systemClock, access: 'own' })
  try {
    const contacts = store.contacts(siteId)
    const run = systemClock.now().toString(36)
    const made = await contacts.addContacts(
      Array.from({ length: count }, (_, index) => ({
        name: `Person ${index}`,
        emails: [`person-${run}-${index}@example.org`],
      })),
    )
    const emailIds = made.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
    const { jobId, queueRows } = await contacts.addMailing({ name: 'Newsletter', emailIds })
    return queueRows.map(({ email, queueId, hash }) => ({ email, jobId, queueId, hash }))
  } finally {
    await store.close()
  }
}

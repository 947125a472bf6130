import { randomUUID } from 'node:crypto'
import type { Store } from '../../src/compose/store.ts'
import { planned } from '../../src/testing/plannedEvents.ts'
import { notification } from '../../src/testing/notifications.ts'
import { mailEvent } from '../../src/testing/plannedEvents.ts'

/** As large as the envelope of a bounce with its headers. */
const raw = new Uint8Array(3300).fill(0x61)

/** Events in one call of the ledger, as the recorder makes them. */
const atOnce = 100

/**
 * Takes notifications through inbox and ledger as ingest and recorder do: accepted, claimed, planned, begun, settled.
 * @returns events a second
 */
export async function storeEvents({ inbox, ledger }: Store, count: number): Promise<number> {
  const owner = randomUUID()
  const begun = performance.now()
  for (let done = 0; done < count; done += atOnce) {
    const now = Date.now()
    await Promise.all(
      Array.from({ length: atOnce }, async () =>
        inbox.accept(notification(0, { site: 'bench', messageId: randomUUID(), raw, receivedAt: now })),
      ),
    )
    const claimed = await inbox.claim({ owner, site: 'bench', limit: atOnce, now, leaseUntil: now + 60_000 })
    const entries = await ledger.plan(
      claimed.map(({ id }) => {
        const event = mailEvent(id, { sesMessageId: randomUUID(), recipient: `person-${randomUUID()}@example.org` })
        return { ...planned(id, { site: 'bench', event }), notificationId: id, at: now }
      }),
    )
    const ids = entries.flatMap(({ effects }) => effects.map(({ id }) => id))
    const callId = randomUUID()
    await ledger.begin(ids, { callId, at: now, conclusiveAt: now })
    await ledger.settle(ids.map((effectId) => ({ effectId, callId, state: 'done', at: now, answer: 'recorded' })))
    await inbox.settle(
      owner,
      claimed.map(({ id }) => ({ id, end: 'recorded', at: now })),
    )
  }
  return count / ((performance.now() - begun) / 1000)
}

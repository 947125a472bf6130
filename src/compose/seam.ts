import type { Inbox } from '../inbox/inbox.ts'
import { seamNames } from '../recorder/seam.ts'

/**
 * Named places between two durable steps on the whole way of a notification: those of the recorder, and
 * before them
 *
 * - `accepted`: a notification is on disk, its 200 has not left
 */
export const gatewaySeamNames = ['accepted', ...seamNames] as const

export type GatewaySeamName = (typeof gatewaySeamNames)[number]

/** May kill the process: that is what it is for. The gateway itself passes through. */
export type GatewaySeam = (name: GatewaySeamName) => void | Promise<void>

/** The inbox as ingest sees it, with the seam behind its commit. */
export function acceptThrough(inbox: Pick<Inbox, 'accept'>, seam: GatewaySeam | undefined): Pick<Inbox, 'accept'> {
  if (seam === undefined) return inbox
  return {
    async accept(notification) {
      const outcome = await inbox.accept(notification)
      await seam('accepted')
      return outcome
    },
  }
}

import type { Inbox } from '../inbox/inbox.ts'
import { seamNames } from '../recorder/seam.ts'

/**
 * Named places between two durable steps on the whole way of a notification: those of the recorder, and
 * before them
 *
 * - `arrived`: a notification is proven genuine, nothing of it is on disk
 * - `accepted`: a notification is on disk, its 200 has not left
 */
export const gatewaySeamNames = ['arrived', 'accepted', ...seamNames] as const

export type GatewaySeamName = (typeof gatewaySeamNames)[number]

/** May kill the process: that is what it is for. The gateway itself passes through. */
export type GatewaySeam = (name: GatewaySeamName) => void | Promise<void>

/** The inbox as ingest sees it, with a seam on either side of its commit. */
export function acceptThrough(inbox: Pick<Inbox, 'accept'>, seam: GatewaySeam | undefined): Pick<Inbox, 'accept'> {
  if (seam === undefined) return inbox
  return {
    async accept(notification) {
      await seam('arrived')
      const outcome = await inbox.accept(notification)
      await seam('accepted')
      return outcome
    },
  }
}

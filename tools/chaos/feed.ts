import { setTimeout as delay } from 'node:timers/promises'
import type { GatewayProcess } from './gatewayProcess.ts'
import type { Sender } from './sender.ts'

/** So long a gateway may live without meeting what it is to meet until a few more messages come; then longer, and longer. */
const quietMs = 400
const quietGrowth = 1.5
export const fewMore = 4

/** Then it is met no more in this life; sooner, where nothing is left that could bring it about. */
const patienceMs = 20_000
const patienceWithoutWorkMs = 4000

/**
 * Waits until something is met, sending a few more messages from time to time: some seams are passed only
 * with new work.
 *
 * @returns false where the gateway ended before, or patience did
 */
export async function feedUntil(met: Promise<unknown>, gateway: GatewayProcess, sender: Sender): Promise<boolean> {
  const outcomes = [met.then(() => 'met' as const), gateway.ended.then(() => 'ended' as const)]
  let end = performance.now() + patienceMs
  for (let quiet = quietMs; performance.now() < end; quiet *= quietGrowth) {
    const outcome = await Promise.race([...outcomes, delay(quiet, 'quiet' as const)])
    if (outcome !== 'quiet') return outcome === 'met'
    if (sender.left === 0) end = Math.min(end, performance.now() + patienceWithoutWorkMs)
    sender.release(fewMore, 0)
  }
  return false
}

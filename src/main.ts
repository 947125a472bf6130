import { startParts, stopParts } from './compose/gateway/lifecycle.ts'
import type { GatewayOptions } from './compose/gateway/options.ts'
import { startOrder, stopOrder } from './compose/gateway/order.ts'
import { type ComposedGateway, composeGateway } from './compose/gateway/parts.ts'
import type { GatewayEvents } from './compose/gateway/base.ts'
import type { OperationContext } from './control/context.ts'

/**
 * The gateway: all parts, put together (`compose/gateway/parts.ts`). Nothing here decides anything.
 *
 * Start: store (lock, migrations), then the recorder on what an earlier run left, then queues and, last, the webhook.
 * Stop: webhook and queues first, so that nothing new comes; the recorder finishes its calls; the store last.
 * (`compose/gateway/order.ts`)
 */
export class Gateway {
  readonly port: number
  readonly operations: OperationContext
  readonly events: GatewayEvents
  /** Resolves with the new place once the installation has moved there: this gateway can only be stopped then. */
  readonly moved: Promise<string>
  readonly #composed: ComposedGateway
  #stopping: Promise<void> | null = null

  private constructor(composed: ComposedGateway) {
    this.#composed = composed
    this.port = composed.port()
    this.operations = composed.operations
    this.events = composed.events
    this.moved = composed.moved
  }

  /** @throws GatewayError CONFIG_INVALID, STORAGE_…, SECRET_KEY_…, LISTEN_FAILED: nothing stays open then */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const composed = await composeGateway(options)
    const { base, parts } = composed
    try {
      await startParts(parts, startOrder)
      base.log.info({ port: composed.port(), host: base.config.listen.host }, 'the gateway is listening')
      return new Gateway(composed)
    } catch (error) {
      await end(composed, 0)
      throw error
    }
  }

  /** Resolves when nothing is left open; every call returns the same promise. */
  async stop(): Promise<void> {
    this.#stopping ??= end(this.#composed, this.#composed.base.config.stopSeconds * 1000)
    await this.#stopping
  }
}

async function end({ base: { log, timers }, parts }: ComposedGateway, deadlineMs: number): Promise<void> {
  log.info({ deadlineMs }, 'stopping: new notifications are answered 503, work under way is finished')
  await stopParts(parts, stopOrder, { deadlineMs, elapsed: () => timers.elapsed() })
  log.info('stopped')
}

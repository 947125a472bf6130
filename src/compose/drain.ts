import type { Clock, Random } from '../clock.ts'
import type { OperationContext } from '../control/context.ts'
import { Acceptor } from '../ingest/accept.ts'
import { lookOnly } from '../ingest/lookOnly.ts'
import type { Verifier } from '../ingest/sns/verdict.ts'
import { drain } from '../ingest/sqs/drain.ts'
import type { OpenQueue } from '../ingest/sqs/queue.ts'
import type { Settings } from '../settings/settings.ts'
import type { Timers } from '../timers.ts'
import { chooseLane } from './chooseLane.ts'

export interface DrainSetUp {
  readonly open: OpenQueue
  readonly acceptor: Pick<Acceptor, 'accept'>
  readonly settings: Settings
  readonly verifier: Verifier
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
}

/** Empties queues through the acceptor given; a dry run asks one of its own, which keeps nothing. */
export function drainThrough({ settings, verifier, clock, ...parts }: DrainSetUp): OperationContext['queues']['drain'] {
  return async (request, asker) => {
    const looker = new Acceptor(lookOnly({ settings, verifier, clock, chooseSite: chooseLane(settings) }))
    try {
      return await drain({ ...parts, looker }, request, asker)
    } finally {
      looker.close()
    }
  }
}

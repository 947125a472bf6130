import type { QueueSettings } from '../../settings/queue.ts'
import type { Acceptance, Acceptor } from '../accept.ts'
import type { QueueMessage } from './queue.ts'

/**
 * The body of a message is the envelope that SNS posts over HTTPS, and is taken the same way: same checks, same key.
 * A queue for one site counts like the address /sns/{site}, so that what comes by both is one notification.
 */
export function acceptFrom(
  { site }: Pick<QueueSettings, 'site'>,
  acceptor: Pick<Acceptor, 'accept'>,
): (message: Pick<QueueMessage, 'body'>) => Promise<Acceptance> {
  return async ({ body }) =>
    acceptor.accept({ channel: 'sqs', body: Buffer.from(body), headers: {}, addressed: site ?? '' })
}

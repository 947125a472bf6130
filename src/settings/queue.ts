import { z } from 'zod'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import { parseQueueArn } from './queueArn.ts'
import { siteIdSchema } from './site.ts'

/**
 * **Queue**: an SQS queue that is subscribed to topics of SNS, and that this gateway reads. Read by every instance
 * at once; SQS gives each message to one of them.
 */
export const queueArnSchema = z
  .string()
  .refine(
    (text) => parseQueueArn(text) !== null,
    'must be the ARN of a standard SQS queue (FIFO queues take no SES events)',
  )

export const queueSchema = z.strictObject({
  arn: queueArnSchema,
  /** The only site that it carries feedback of, like the address /sns/{site}; null: the topic decides. */
  site: siteIdSchema.nullable().default(null),
})

export type QueueSettings = z.output<typeof queueSchema>

/**
 * Rows of the table of queues, in their order.
 * @throws GatewayError QUEUE_INVALID: one that cannot be read must not look like one that is not there
 */
export function queuesOf(
  rows: readonly { readonly id: string; readonly settings: string }[],
): readonly QueueSettings[] {
  return rows.map(({ id, settings }) => checkedQueue(`the stored queue "${id}"`, () => JSON.parse(settings)))
}

/** As the schema has it, when it is written and when it is read. @throws GatewayError QUEUE_INVALID */
export function checkedQueue(what: string, read: () => unknown): QueueSettings {
  try {
    return queueSchema.parse(read())
  } catch (error: unknown) {
    throw new GatewayError('QUEUE_INVALID', `${what} does not fit: ${messageOf(error)}`, { cause: error })
  }
}

/** The parts of an SQS queue's ARN. */
export interface QueueArn {
  readonly text: string
  readonly region: string
  /** Twelve digits. */
  readonly account: string
  readonly name: string
}

/**
 * AWS: a name is 1 to 80 of `A-Za-z0-9_-`. FIFO queues (`.fifo`) are none of ours: SES publishes only to
 * standard topics, and those deliver only to standard queues.
 */
const shape = /^arn:aws(?:-[a-z]+)*:sqs:([a-z]{2,4}(?:-[a-z]+){1,2}-\d):(\d{12}):([A-Za-z0-9_-]{1,80})$/

/** Null where the text is no ARN of a standard SQS queue. */
export function parseQueueArn(text: string): QueueArn | null {
  const [, region, account, name] = shape.exec(text) ?? []
  if (region === undefined || account === undefined || name === undefined) return null
  return { text, region, account, name }
}

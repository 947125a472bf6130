/** The parts of an SNS topic's ARN. */
export interface TopicArn {
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string
  readonly region: string
  /** Twelve digits. */
  readonly account: string
  readonly name: string
}

/**
 * AWS: a name is 1 to 256 of `A-Za-z0-9_-`, `.fifo` behind it for FIFO topics. Neither `/` nor `&` nor
 * a line break can occur, so the text may stand unescaped in a URL and in the string to sign.
 */
const shape = /^arn:(aws(?:-[a-z]+)*):sns:([a-z]{2,4}(?:-[a-z]+){1,2}-\d):(\d{12}):([A-Za-z0-9_-]{1,256}(?:\.fifo)?)$/

/** Null where the text is no ARN of an SNS topic (an ARN of a subscription is none). */
export function parseTopicArn(text: string): TopicArn | null {
  const match = shape.exec(text)
  if (match === null) return null
  const [, partition, region, account, name] = match
  if (partition === undefined || region === undefined || account === undefined || name === undefined) return null
  return { partition, region, account, name }
}

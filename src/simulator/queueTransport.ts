import type { SQSClientConfig } from '@aws-sdk/client-sqs'
import type { SnsRequest } from './topic.ts'
import type { Answer, HttpPost } from './transport.ts'

/**
 * Puts the body of each request into an SQS queue, as SNS does for a subscription without raw delivery. The answer is
 * that of SQS: what the gateway makes of the message, its own `queues list` says.
 *
 * @param config for tests; else AWS's client finds credentials and endpoint (`AWS_ENDPOINT_URL_SQS`) by itself
 */
export async function queuePost(arn: string, config: Omit<SQSClientConfig, 'region'> = {}): Promise<HttpPost> {
  const { GetQueueUrlCommand, SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs')
  const [, , , region = '', account = '', name = ''] = arn.split(':')
  const client = new SQSClient({ useQueueUrlAsEndpoint: false, ...config, region })
  const { QueueUrl: url } = await client.send(
    new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
  )

  async function post({ body }: SnsRequest): Promise<Answer> {
    const begun = performance.now()
    try {
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }))
      return { status: 200, ms: performance.now() - begun }
    } catch (error: unknown) {
      return { status: null, error: error instanceof Error ? error.name : 'unknown', ms: performance.now() - begun }
    }
  }

  return { post, close: async () => client.destroy() }
}

import type * as Sqs from '@aws-sdk/client-sqs'
import { z } from 'zod'
import { clientOptions } from '../../aws/client.ts'
import { type OpenQueue, type QueueFacts, type QueueMessage, largestBatch } from './queue.ts'

type Sdk = typeof Sqs

/**
 * Queues by AWS's own client, with its usual search for credentials (environment, profile, role of the machine)
 * and for an endpoint (`AWS_ENDPOINT_URL_SQS`). The SDK is loaded with the first queue: a gateway without one never
 * pays for it.
 */
export function awsQueues(config: Omit<Sqs.SQSClientConfig, 'region'> = {}): OpenQueue {
  return async ({ region, account, name }, signal) => {
    const sdk = await import('@aws-sdk/client-sqs')
    const client = new sdk.SQSClient({
      // A long poll is answered after 20 s at the latest.
      ...clientOptions({ maxAttempts: 2, requestTimeout: 30_000 }),
      // A queue's address names an endpoint, which must not take the place of a configured one.
      useQueueUrlAsEndpoint: false,
      ...config,
      region,
    })
    try {
      const found = await client.send(
        new sdk.GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
        {
          abortSignal: signal,
        },
      )
      return queueAt(sdk, client, found.QueueUrl ?? '')
    } catch (error: unknown) {
      client.destroy()
      throw error
    }
  }
}

function queueAt(sdk: Sdk, client: Sqs.SQSClient, url: string): Awaited<ReturnType<OpenQueue>> {
  return {
    async facts(signal) {
      const { Attributes: attributes = {} } = await client.send(
        new sdk.GetQueueAttributesCommand({
          QueueUrl: url,
          AttributeNames: ['ApproximateNumberOfMessages', 'RedrivePolicy'],
        }),
        { abortSignal: signal },
      )
      return factsOf(attributes)
    },
    async receive({ most = largestBatch, waitSeconds, hiddenSeconds, signal }) {
      const { Messages: messages = [] } = await client.send(
        new sdk.ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: most,
          WaitTimeSeconds: waitSeconds,
          VisibilityTimeout: hiddenSeconds,
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
        }),
        { abortSignal: signal },
      )
      return messages.map(messageOf)
    },
    async delete(receipts) {
      const { Failed: failed = [] } = await client.send(
        new sdk.DeleteMessageBatchCommand({
          QueueUrl: url,
          Entries: receipts.map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt })),
        }),
      )
      return failed.flatMap(({ Id: id, SenderFault: forGood }) => {
        const receipt = receipts[Number(id)]
        return receipt === undefined || forGood === true ? [] : [receipt]
      })
    },
    async hide(messages) {
      // Of one that could not be hidden there is nothing to do but to see it again.
      await client.send(
        new sdk.ChangeMessageVisibilityBatchCommand({
          QueueUrl: url,
          Entries: messages.map(({ receipt, seconds }, index) => ({
            Id: String(index),
            ReceiptHandle: receipt,
            VisibilityTimeout: seconds,
          })),
        }),
      )
    },
    close: () => {
      client.destroy()
    },
  }
}

function messageOf({
  MessageId: id,
  ReceiptHandle: receipt,
  Body: body,
  Attributes: attributes,
}: Sqs.Message): QueueMessage {
  return {
    id: id ?? '',
    receipt: receipt ?? '',
    body: body ?? '',
    receipts: wholeNumber(attributes?.ApproximateReceiveCount) ?? 1,
    sentAt: wholeNumber(attributes?.SentTimestamp),
  }
}

function factsOf(attributes: Readonly<Record<string, string | undefined>>): QueueFacts {
  return {
    waiting: wholeNumber(attributes['ApproximateNumberOfMessages']) ?? 0,
    deadLetterQueue: deadLetterQueueOf(attributes['RedrivePolicy']),
  }
}

const redriveSchema = z.object({ deadLetterTargetArn: z.string() })

function deadLetterQueueOf(policy: string | undefined): string | null {
  if (policy === undefined) return null
  try {
    return redriveSchema.parse(JSON.parse(policy)).deadLetterTargetArn
  } catch {
    return null
  }
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}

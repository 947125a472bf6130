import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulatedSns } from '../testing/simulatedSns.ts'
import { SqsDouble } from '../testing/sqsDouble.ts'
import { queuePost } from './queueTransport.ts'

let sqs: SqsDouble
beforeAll(async () => {
  sqs = await SqsDouble.start()
})
afterAll(async () => sqs.stop())

describe('sending into a queue', () => {
  it('puts the very body into it that SNS would post', async () => {
    const arn = sqs.createQueue('simulated')
    const { topic } = simulatedSns({ now: () => Date.UTC(2026, 5, 2) })
    const notification = topic.notification({ message: 'Grüße \u{1f600}\n' })
    const { post, close } = await queuePost(arn, sqs.client)
    expect(await post(notification)).toMatchObject({ status: 200 })
    expect(sqs.content(arn).visible).toEqual([notification.body])
    await close()
  })

  it('says by what name SQS refuses', async () => {
    const arn = sqs.createQueue('gone')
    const { post, close } = await queuePost(arn, sqs.client)
    sqs.deleteQueue(arn)
    const { topic } = simulatedSns({ now: () => Date.UTC(2026, 5, 2) })
    expect(await post(topic.notification({ message: '' }))).toMatchObject({ status: null, error: 'QueueDoesNotExist' })
    await close()
    await expect(queuePost(arn, sqs.client)).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
  })
})

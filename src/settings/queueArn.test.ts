import { describe, expect, it } from 'vitest'
import { parseQueueArn } from './queueArn.ts'

describe('the ARN of a queue', () => {
  it.each([
    ['arn:aws:sqs:eu-west-1:111122223333:ses_Feedback-1', 'eu-west-1'],
    ['arn:aws-cn:sqs:cn-north-1:111122223333:ses', 'cn-north-1'],
    ['arn:aws-us-gov:sqs:us-gov-west-1:111122223333:ses', 'us-gov-west-1'],
    ['arn:aws-eusc:sqs:eusc-de-east-1:111122223333:ses', 'eusc-de-east-1'],
  ])('%s is taken apart', (text, region) => {
    expect(parseQueueArn(text)).toEqual({ text, region, account: '111122223333', name: text.split(':')[5] })
  })

  it.each([
    '',
    'ses',
    'arn:aws:sns:eu-west-1:111122223333:ses',
    'arn:aws:sqs:eu-west-1:111122223333:ses.fifo',
    'arn:aws:sqs:eu-west-1:1111:ses',
    'arn:aws:sqs:eu-west-1:111122223333:',
    `arn:aws:sqs:eu-west-1:111122223333:${'x'.repeat(81)}`,
    'arn:aws:sqs:eu-west-1:111122223333:ses\n',
    'https://sqs.eu-west-1.amazonaws.com/111122223333/ses',
  ])('%j is none', (text) => {
    expect(parseQueueArn(text)).toBeNull()
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTopicArn } from './topicArn.ts'

describe('parseTopicArn', () => {
  it('takes an ARN apart', () => {
    expect(parseTopicArn('arn:aws:sns:eu-west-1:111122223333:ses-feedback_1')).toEqual({
      partition: 'aws',
      region: 'eu-west-1',
      account: '111122223333',
      name: 'ses-feedback_1',
    })
  })

  it.each([
    ['China', 'arn:aws-cn:sns:cn-northwest-1:111122223333:t'],
    ['GovCloud', 'arn:aws-us-gov:sns:us-gov-east-1:111122223333:t'],
    ['an isolated partition', 'arn:aws-iso-b:sns:us-isob-east-1:111122223333:t'],
    ['the European sovereign cloud', 'arn:aws-eusc:sns:eusc-de-east-1:111122223333:t'],
    ['a FIFO topic', 'arn:aws:sns:us-east-1:111122223333:t.fifo'],
  ])('knows the form of %s', (_, arn) => {
    expect(parseTopicArn(arn)).not.toBeNull()
  })

  it.each([
    ['a subscription', 'arn:aws:sns:eu-west-1:111122223333:t:7491ecc4-40ff-41ba-af58-19f442d83eb8'],
    ['another service', 'arn:aws:sqs:eu-west-1:111122223333:t'],
    ['an account of 11 digits', 'arn:aws:sns:eu-west-1:11112222333:t'],
    ['no name', 'arn:aws:sns:eu-west-1:111122223333:'],
    ['a name of 257 characters', `arn:aws:sns:eu-west-1:111122223333:${'n'.repeat(257)}`],
    ['a slash in the region', 'arn:aws:sns:eu-west-1.evil.example/:111122223333:t'],
    ['a trailing line break', 'arn:aws:sns:eu-west-1:111122223333:t\n'],
    ['a leading space', ' arn:aws:sns:eu-west-1:111122223333:t'],
    ['an ampersand in the name', 'arn:aws:sns:eu-west-1:111122223333:t&Token=1'],
    ['capitals', 'ARN:AWS:SNS:EU-WEST-1:111122223333:T'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseTopicArn(text)).toBeNull()
  })

  it('gives back parts that make up the same text, for whatever it accepts', () => {
    const arns = fc.stringMatching(/^arn:aws(-[a-z]{2,3})?:sns:[a-z]{2}-[a-z]{4,9}-[1-9]:[0-9]{12}:[\w-]{1,40}$/)
    fc.assert(
      fc.property(fc.oneof(arns, fc.string()), (text) => {
        const arn = parseTopicArn(text)
        const again = arn === null ? text : `arn:${arn.partition}:sns:${arn.region}:${arn.account}:${arn.name}`
        expect(again).toBe(text)
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { testSite } from '../testing/memorySettings.ts'
import { allowListOf, covers, sitesAllowing } from './allowList.ts'

const arn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const list = allowListOf([
  testSite('one', [arn]),
  testSite('two', ['111122223333']),
  testSite('three', [arn, '111122223333', 'arn:aws:sns:eu-west-1:444455556666:ses']),
  testSite('four'),
])

describe('sitesAllowing', () => {
  it('finds sites by the ARN and by the number of its account, each once', () => {
    expect(sitesAllowing(list, arn, '').toSorted()).toEqual(['one', 'three', 'two'])
    expect(sitesAllowing(list, 'arn:aws:sns:us-east-1:111122223333:other', '').toSorted()).toEqual(['three', 'two'])
    expect(sitesAllowing(list, 'arn:aws:sns:eu-west-1:444455556666:ses', '')).toEqual(['three'])
  })

  it.each([
    ['another account', 'arn:aws:sns:eu-west-1:999999999999:ses'],
    ['another topic of an account of which one topic is allowed', 'arn:aws:sns:eu-west-1:444455556666:other'],
    ['another region of that topic', 'arn:aws:sns:us-east-1:444455556666:ses'],
    ['an allowed number where no ARN has it', 'arn:aws:sns:111122223333:eu-west-1:ses'],
    ['the number alone', '111122223333'],
    ['an ARN behind something', `x${arn}`],
    ['the ARN of a subscription', `${arn}:7491ecc4-40ff-41ba-af58-19f442d83eb8`],
    ['other letter case', 'arn:aws:sns:eu-west-1:444455556666:SES'],
  ])('allows nobody for %s', (_name, topic) => {
    expect(sitesAllowing(list, topic, '')).toEqual([])
  })

  it('leaves only the site that the address names, and none if that does not allow the topic', () => {
    expect(sitesAllowing(list, arn, 'one')).toEqual(['one'])
    expect(sitesAllowing(list, arn, 'two')).toEqual(['two'])
    expect(sitesAllowing(list, arn, 'four')).toEqual([])
    expect(sitesAllowing(list, arn, 'nobody')).toEqual([])
  })
})

describe('covers', () => {
  it('takes an ARN for itself and a number for its account', () => {
    expect(covers(arn, arn)).toBe(true)
    expect(covers('111122223333', arn)).toBe(true)
    expect(covers('444455556666', arn)).toBe(false)
    expect(covers(`${arn}2`, arn)).toBe(false)
  })
})

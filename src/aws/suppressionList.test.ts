import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSuppressionDouble, type SuppressionDouble } from '../testing/suppressionDouble.ts'
import { awsSuppressionLists, regionsOfTopics, type SuppressionList } from './suppressionList.ts'

let double: SuppressionDouble
let list: SuppressionList
beforeAll(async () => {
  double = await startSuppressionDouble()
  list = await double.lists('eu-west-1')
})
afterAll(async () => {
  list.close()
  await double.close()
})
beforeEach(() => {
  double.trouble = null
  double.requests.length = 0
})

describe('the suppression list of SES, through the client of AWS', () => {
  it('loses an address once, in its region, however it is spelled', async () => {
    const address = 'o’Zoë+news/x@example.org'
    double.listed.add(address)
    expect(await list.remove(address)).toEqual({ removal: 'removed' })
    expect(await list.remove(address)).toEqual({ removal: 'absent' })
    expect(double.requests).toEqual([`eu-west-1 DELETE ${address}`, `eu-west-1 DELETE ${address}`])
  })

  it.each([
    ['TooManyRequestsException', 429, { removal: 'throttled' }],
    ['ThrottlingException', 400, { removal: 'throttled' }],
    ['AccessDeniedException', 403, { removal: 'unauthorised', error: 'AccessDeniedException' }],
    ['UnrecognizedClientException', 403, { removal: 'unauthorised', error: 'UnrecognizedClientException' }],
    ['BadRequestException', 400, { removal: 'failed', error: 'BadRequestException' }],
    ['InternalServiceErrorException', 500, { removal: 'failed', error: 'InternalServiceErrorException' }],
  ] as const)('tries once and tells %s from others', async (name, status, removal) => {
    double.trouble = { name, status }
    expect(await list.remove('reader@example.org')).toEqual(removal)
    expect(double.requests).toHaveLength(1)
  })

  it('is not reached: that is no fault of the credential', async () => {
    // Discarded at once: nothing listens at port 9.
    const nowhere = { endpoint: 'http://127.0.0.1:9', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }
    const closed = await awsSuppressionLists(nowhere)('eu-west-1')
    expect(await closed.remove('reader@example.org')).toMatchObject({ removal: 'failed' })
    closed.close()
  })

  it('is not to be had without a credential', async () => {
    const credentials = async (): Promise<never> => {
      throw Object.assign(new Error('nothing found'), { name: 'CredentialsProviderError' })
    }
    const none = await awsSuppressionLists({ endpoint: 'http://127.0.0.1:9', credentials })('eu-west-1')
    const refused = { removal: 'unauthorised', error: 'CredentialsProviderError' }
    expect(await none.remove('reader@example.org')).toEqual(refused)
    none.close()
  })
})

describe('the regions of a site', () => {
  it.each([
    [['arn:aws:sns:eu-west-1:111122223333:a', 'arn:aws:sns:eu-west-1:111122223333:b'], ['eu-west-1']],
    [
      ['arn:aws-cn:sns:cn-north-1:111122223333:a', 'arn:aws:sns:us-east-1:111122223333:b'],
      ['cn-north-1', 'us-east-1'],
    ],
    [['111122223333'], [null]],
    [[], [null]],
  ])('of the topics %j are %j', (topics, regions) => {
    expect(regionsOfTopics(topics)).toEqual(regions)
  })
})

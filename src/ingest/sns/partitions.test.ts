import { describe, expect, it } from 'vitest'
import { certificateNames, dnsSuffix } from './partitions.ts'

describe('certificateNames', () => {
  it.each(['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-northeast-3', 'sa-east-1', 'ca-central-1'])(
    'is the one shared name in the ordinary region %s',
    (region) => {
      expect(certificateNames('aws', region)).toEqual(['sns.amazonaws.com'])
    },
  )

  it.each(
    [
      'af-south-1 ap-east-1 ap-east-2 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6',
      'ap-southeast-7 ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1',
    ].flatMap((line) => line.split(' ')),
  )('is a name of its own, and only that, in the opt-in region %s', (region) => {
    expect(certificateNames('aws', region)).toEqual([`sns-signing.${region}.amazonaws.com`])
  })

  it.each([
    ['aws-cn', 'cn-north-1', 'sns-cn-north-1.amazonaws.com.cn'],
    ['aws-cn', 'cn-northwest-1', 'sns-cn-northwest-1.amazonaws.com.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'sns-us-gov-west-1.amazonaws.com'],
    ['aws-us-gov', 'us-gov-east-1', 'sns-us-gov-west-1.amazonaws.com'],
    ['aws-iso', 'us-iso-east-1', 'sns-us-iso-east-1.c2s.ic.gov'],
    ['aws-iso-b', 'us-isob-east-1', 'sns-us-isob-east-1.sc2s.sgov.gov'],
    ['aws-iso-e', 'eu-isoe-west-1', 'sns-signing.eu-isoe-west-1.cloud.adc-e.uk'],
    ['aws-iso-f', 'us-isof-south-1', 'sns-signing.us-isof-south-1.csp.hci.ic.gov'],
    ['aws-eusc', 'eusc-de-east-1', 'sns-signing.eusc-de-east-1.amazonaws.eu'],
  ])('in %s, %s is %s', (partition, region, name) => {
    expect(certificateNames(partition, region)).toEqual([name])
  })

  it('admits both kinds of name in a region that AWS opens later', () => {
    expect(certificateNames('aws', 'eu-south-9')).toEqual(['sns-signing.eu-south-9.amazonaws.com', 'sns.amazonaws.com'])
  })
})

describe('dnsSuffix', () => {
  it.each([
    ['aws', 'eu-west-1', 'amazonaws.com'],
    ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
    ['aws-eusc', 'eusc-de-east-1', 'amazonaws.eu'],
  ])('of %s in %s is %s', (partition, region, suffix) => {
    expect(dnsSuffix(partition, region)).toBe(suffix)
  })

  it.each([
    ['aws', 'us-gov-west-1'],
    ['aws', 'cn-north-1'],
    ['aws', 'us-iso-east-1'],
    ['aws-cn', 'us-east-1'],
    ['aws-us-gov', 'us-east-1'],
    ['aws-nowhere', 'us-east-1'],
    ['constructor', 'us-east-1'],
    ['__proto__', 'us-east-1'],
  ])('knows no %s with the region %s', (partition, region) => {
    expect(dnsSuffix(partition, region)).toBeNull()
    expect(certificateNames(partition, region)).toEqual([])
  })
})

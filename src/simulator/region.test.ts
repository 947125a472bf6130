import { describe, expect, it } from 'vitest'
import { certificateNames, dnsSuffix } from '../ingest/sns/partitions.ts'
import { regionOf, regionOfArn, snsOrigin, topicArn } from './region.ts'

const regions = [
  'us-east-1',
  'eu-central-1',
  'ap-southeast-2',
  'eu-south-2',
  'ap-southeast-5',
  'ca-west-1',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-west-1',
  'us-gov-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
]

describe('regionOf', () => {
  it.each(regions)('agrees with the verifier, which was written without it, on %s', (name) => {
    const { partition, suffix, certificateName } = regionOf(name)
    expect(dnsSuffix(partition, name)).toBe(suffix)
    expect(certificateNames(partition, name)).toEqual([certificateName])
  })
})

describe('topicArn', () => {
  it('names the partition of the region', () => {
    const arn = topicArn('cn-north-1', '111122223333', 'ses')
    expect(arn).toBe('arn:aws-cn:sns:cn-north-1:111122223333:ses')
    expect(regionOfArn(arn)).toBe('cn-north-1')
    expect(snsOrigin(arn)).toBe('https://sns.cn-north-1.amazonaws.com.cn')
  })
})

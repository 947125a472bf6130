/** What an AWS region decides about SNS: the ARN's partition, the host, and the certificate's name. */
export interface Region {
  readonly name: string
  readonly partition: string
  /** The domain behind `sns.<region>.`. */
  readonly suffix: string
  /** Common name and alternative name of the signing certificate. */
  readonly certificateName: string
}

/** Opt-in regions have certificates of their own; all others of the partition `aws` share one name. */
const optIn =
  /^(af-south-1|ap-east-[12]|ap-south-2|ap-southeast-[3-7]|ca-west-1|eu-central-2|eu-south-[12]|il-central-1|me-central-1|me-south-1|mx-central-1)$/

/** By the beginning of the region's name; the first that fits. */
const partitions = [
  ['cn-', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-', 'aws-us-gov', 'amazonaws.com'],
  ['us-iso-', 'aws-iso', 'c2s.ic.gov'],
  ['us-isob-', 'aws-iso-b', 'sc2s.sgov.gov'],
  ['eu-isoe-', 'aws-iso-e', 'cloud.adc-e.uk'],
  ['us-isof-', 'aws-iso-f', 'csp.hci.ic.gov'],
  ['eusc-', 'aws-eusc', 'amazonaws.eu'],
  ['', 'aws', 'amazonaws.com'],
] as const

/** The names are those that AWS's own verifier for Java expects; written here without a look at ours. */
export function regionOf(name: string): Region {
  const [, partition, suffix] = partitions.find(([start]) => name.startsWith(start)) ?? ['', 'aws', 'amazonaws.com']
  return { name, partition, suffix, certificateName: certificateName(name, partition, suffix) }
}

function certificateName(region: string, partition: string, suffix: string): string {
  switch (partition) {
    case 'aws':
      return optIn.test(region) ? `sns-signing.${region}.${suffix}` : `sns.${suffix}`
    case 'aws-us-gov':
      // Both regions show the western one's.
      return `sns-us-gov-west-1.${suffix}`
    case 'aws-cn':
    case 'aws-iso':
    case 'aws-iso-b':
      return `sns-${region}.${suffix}`
    default:
      return `sns-signing.${region}.${suffix}`
  }
}

/** `arn:<partition>:sns:<region>:<account>:<name>` */
export function topicArn(region: string, account: string, name: string): string {
  return `arn:${regionOf(region).partition}:sns:${region}:${account}:${name}`
}

/** The region that an ARN names; '' where there is none. */
export function regionOfArn(arn: string): string {
  return arn.split(':')[3] ?? ''
}

/** Where SNS lives in the region of this topic, without a slash at the end. */
export function snsOrigin(arn: string): string {
  const region = regionOf(regionOfArn(arn))
  return `https://sns.${region.name}.${region.suffix}`
}

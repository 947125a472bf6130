/**
 * What differs between the partitions of AWS: the domain behind `sns.<region>.`, and the name that the
 * signing certificate bears. The names are those that the verifier of AWS's own SDK for Java expects.
 * "Always sns.amazonaws.com" is wrong in every region that has to be opted into.
 */
interface Partition {
  readonly suffix: string
  /** The regions that belong to it: an ARN that mixes partition and region is refused. */
  readonly regions: RegExp
  /** Regions whose certificate bears a name of the older kind; the others have `sns-signing.<region>.<suffix>`. */
  readonly names: Readonly<Record<string, string>>
  /**
   * Whether a region that this version does not know may bear `sns.<suffix>` too. AWS opens regions faster
   * than gateways are updated, and a refusal would lose the region's events; both names are Amazon's own.
   */
  readonly openEnded: boolean
}

/** Regions enabled in every account: certificates bear one name for them all. */
const ordinaryRegions: readonly string[] = [
  'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1',
  'eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3',
  'ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2',
].flatMap((line) => line.split(' '))

/** Regions that an account opts into: each has a certificate under its own name, and only that. */
const optInRegions: ReadonlySet<string> = new Set(
  [
    'af-south-1 ap-east-1 ap-east-2 ap-south-2',
    'ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7',
    'ca-west-1 eu-central-2 eu-south-1 eu-south-2',
    'il-central-1 me-central-1 me-south-1 mx-central-1',
  ].flatMap((line) => line.split(' ')),
)

const partitions: Readonly<Record<string, Partition>> = {
  aws: {
    suffix: 'amazonaws.com',
    regions: /^(?!cn-)[a-z]{2}-[a-z]+-\d$/,
    names: Object.fromEntries(ordinaryRegions.map((region) => [region, 'sns.amazonaws.com'])),
    openEnded: true,
  },
  'aws-cn': {
    suffix: 'amazonaws.com.cn',
    regions: /^cn-[a-z]+-\d$/,
    names: {
      'cn-north-1': 'sns-cn-north-1.amazonaws.com.cn',
      'cn-northwest-1': 'sns-cn-northwest-1.amazonaws.com.cn',
    },
    openEnded: true,
  },
  'aws-us-gov': {
    suffix: 'amazonaws.com',
    regions: /^us-gov-[a-z]+-\d$/,
    // Both regions show the western one's name.
    names: {
      'us-gov-east-1': 'sns-us-gov-west-1.amazonaws.com',
      'us-gov-west-1': 'sns-us-gov-west-1.amazonaws.com',
    },
    openEnded: true,
  },
  'aws-iso': {
    suffix: 'c2s.ic.gov',
    regions: /^us-iso-[a-z]+-\d$/,
    names: { 'us-iso-east-1': 'sns-us-iso-east-1.c2s.ic.gov' },
    openEnded: true,
  },
  'aws-iso-b': {
    suffix: 'sc2s.sgov.gov',
    regions: /^us-isob-[a-z]+-\d$/,
    names: { 'us-isob-east-1': 'sns-us-isob-east-1.sc2s.sgov.gov' },
    openEnded: true,
  },
  'aws-iso-e': { suffix: 'cloud.adc-e.uk', regions: /^eu-isoe-[a-z]+-\d$/, names: {}, openEnded: false },
  'aws-iso-f': { suffix: 'csp.hci.ic.gov', regions: /^us-isof-[a-z]+-\d$/, names: {}, openEnded: false },
  'aws-eusc': { suffix: 'amazonaws.eu', regions: /^eusc-[a-z]{2}-[a-z]+-\d$/, names: {}, openEnded: false },
}

function partitionOf(partition: string, region: string): Partition | null {
  const found = Object.hasOwn(partitions, partition) ? partitions[partition] : undefined
  return found?.regions.test(region) === true ? found : null
}

/** Domain behind `sns.<region>.`; null for an unknown partition, or a region that is not one of its own. */
export function dnsSuffix(partition: string, region: string): string | null {
  return partitionOf(partition, region)?.suffix ?? null
}

/** Names of which the signing certificate of that region must bear one; empty where the pair is unknown. */
export function certificateNames(partition: string, region: string): readonly string[] {
  const found = partitionOf(partition, region)
  if (found === null) return []
  const older = Object.hasOwn(found.names, region) ? found.names[region] : undefined
  if (older !== undefined) return [older]
  const own = `sns-signing.${region}.${found.suffix}`
  return found.openEnded && !optInRegions.has(region) ? [own, `sns.${found.suffix}`] : [own]
}

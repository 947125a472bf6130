import type { Clock } from '../clock.ts'
import { type SigningIdentity, createSigningIdentity } from './certificate.ts'
import type { Stranger } from './forgery.ts'
import { seededRandom } from './random.ts'
import { regionOf, regionOfArn } from './region.ts'
import type { SendingAccount } from './ses/sentMail.ts'
import type { SignatureVersion } from './signer.ts'
import { SnsTopic } from './topic.ts'

export interface SnsOptions {
  readonly topicArn: string
  /** Whose certificate the gateway has. */
  readonly identity: SigningIdentity
  /** @default '1', which is SNS's own */
  readonly signatureVersion?: SignatureVersion
  readonly seed: number | string
  readonly clock: Clock
}

export interface SimulatedSns {
  readonly topic: SnsTopic
  readonly stranger: Stranger
}

const strangersAccount = '999988887777'
const day = 86_400_000

/**
 * SNS as a gateway knows it: the topic that is ours, and a stranger. SNS signs for the stranger's topic
 * as it does for ours; with his own key he signs for himself alone.
 */
export function createSns({ topicArn, identity, signatureVersion = '1', seed, clock }: SnsOptions): SimulatedSns {
  const common = { identity, signatureVersion, clock }
  const { name, partition } = regionOf(regionOfArn(topicArn))
  const now = clock.now()
  return {
    topic: new SnsTopic({ ...common, arn: topicArn, random: seededRandom(seed, 'topic') }),
    stranger: {
      identity: createSigningIdentity({ region: name, validFrom: now - day, validTo: now + 300 * day }),
      topic: new SnsTopic({
        ...common,
        arn: `arn:${partition}:sns:${name}:${strangersAccount}:ses`,
        random: seededRandom(seed, 'stranger'),
      }),
    },
  }
}

/** The SES account that publishes to a topic: in the topic's own region and account, as SES demands. */
export function sendingAccount(topicArn: string, identity: string): SendingAccount {
  return {
    id: topicArn.split(':')[4] ?? '',
    region: regionOfArn(topicArn),
    identity,
    configurationSet: 'civicrm',
    callerIdentity: 'civicrm-smtp',
    sourceIp: '192.0.2.10',
  }
}

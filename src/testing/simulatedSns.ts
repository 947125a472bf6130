import type { Clock } from '../clock.ts'
import { type SigningIdentity, createSigningIdentity } from '../simulator/certificate.ts'
import type { Stranger } from '../simulator/forgery.ts'
import { seededRandom } from '../simulator/random.ts'
import type { SendingAccount } from '../simulator/ses/sentMail.ts'
import { SnsTopic } from '../simulator/topic.ts'

const day = 86_400_000

/** What a test of the simulator, or with it, begins with. Making the two keys takes some tenths of a second. */
export interface SimulatedSns {
  readonly identity: SigningIdentity
  readonly topic: SnsTopic
  readonly stranger: Stranger
}

export const simulatedTopicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'

export const simulatedAccount: SendingAccount = {
  id: '111122223333',
  region: 'eu-west-1',
  identity: 'crm.example.org',
  configurationSet: 'newsletters',
  callerIdentity: 'civicrm',
  sourceIp: '192.0.2.10',
}

export function simulatedSns(clock: Clock, signatureVersion: '1' | '2' = '2'): SimulatedSns {
  const now = clock.now()
  const validity = { region: 'eu-west-1', validFrom: now - day, validTo: now + 300 * day }
  const identity = createSigningIdentity(validity)
  const topic = new SnsTopic({
    arn: simulatedTopicArn,
    identity,
    signatureVersion,
    clock,
    random: seededRandom(1, 'topic'),
  })
  return { identity, topic, stranger: strangerTo(identity, clock, validity) }
}

/** SNS signs for the stranger's topic as for ours; his own key is worth nothing. */
function strangerTo(
  identity: SigningIdentity,
  clock: Clock,
  validity: Parameters<typeof createSigningIdentity>[0],
): Stranger {
  return {
    identity: createSigningIdentity(validity),
    topic: new SnsTopic({
      arn: 'arn:aws:sns:eu-west-1:999988887777:ses',
      identity,
      signatureVersion: '2',
      clock,
      random: seededRandom(1, 'stranger'),
    }),
  }
}

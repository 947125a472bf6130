import type { Clock } from '../clock.ts'
import { type SigningIdentity, createSigningIdentity } from '../simulator/certificate.ts'
import { type SimulatedSns, createSns, sendingAccount } from '../simulator/sns.ts'

const day = 86_400_000

export const simulatedTopicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'

export const simulatedAccount = sendingAccount(simulatedTopicArn, 'crm.example.org')

/** What a test of the simulator, or with it, begins with. Making the two keys takes some tenths of a second. */
export function simulatedSns(
  clock: Clock,
  signatureVersion: '1' | '2' = '2',
): SimulatedSns & { readonly identity: SigningIdentity } {
  const now = clock.now()
  const identity = createSigningIdentity({ region: 'eu-west-1', validFrom: now - day, validTo: now + 300 * day })
  return { identity, ...createSns({ topicArn: simulatedTopicArn, identity, signatureVersion, seed: 1, clock }) }
}

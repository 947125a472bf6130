import { systemClock } from '../../src/clock.ts'
import { caseNamed } from '../../src/simulator/cases.ts'
import type { SigningIdentity } from '../../src/simulator/certificate.ts'
import { planMessages } from '../../src/simulator/plan.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { inventedRecipients, type Recipient } from '../../src/simulator/recipients.ts'
import { createSns, sendingAccount } from '../../src/simulator/sns.ts'
import type { SnsRequest } from '../../src/simulator/topic.ts'
import { topic, verp } from './site.ts'

/** Signed notifications of SNS, without end and each a new one: a hard bounce of each recipient in turn. */
export class Messages {
  readonly #identity: SigningIdentity
  readonly #seed = `${process.pid}/${systemClock.now()}`
  #batches = 0

  constructor(identity: SigningIdentity) {
    this.#identity = identity
  }

  /** Signing takes longer than all that is measured, so it is done beforehand. */
  next(count: number, recipients?: readonly Recipient[]): readonly SnsRequest[] {
    this.#batches += 1
    const seed = `${this.#seed}/${this.#batches}`
    const { topic: snsTopic, stranger } = createSns({
      topicArn: topic,
      identity: this.#identity,
      signatureVersion: '2',
      seed,
      clock: systemClock,
    })
    return planMessages({
      topic: snsTopic,
      stranger,
      account: sendingAccount(topic, verp.domain),
      verp,
      from: `"Example" <news@${verp.domain}>`,
      recipients:
        recipients ?? inventedRecipients(`person-${this.#batches}-{n}@example.net`, count, seededRandom(seed)),
      cases: [caseNamed('bounce/Permanent/General')],
      count,
      dialect: 'eventPublishing',
      duplicates: 0,
      otherDialect: 0,
      forged: 0,
      reorder: 0,
      seed,
      clock: systemClock,
    }).map((message) => message.request())
  }
}

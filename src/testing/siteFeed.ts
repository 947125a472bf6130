import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { caseNamed } from '../simulator/cases.ts'
import type { SigningIdentity } from '../simulator/certificate.ts'
import { mailingMail, type MailOptions, type QueueRow, transactionalMail } from '../simulator/mailing.ts'
import { seededRandom, sesId } from '../simulator/random.ts'
import type { Dialect } from '../simulator/ses/dialect.ts'
import type { SentMail } from '../simulator/ses/sentMail.ts'
import type { SignatureVersion } from '../simulator/signer.ts'
import { sendingAccount } from '../simulator/sns.ts'
import { type SnsRequest, SnsTopic } from '../simulator/topic.ts'

export interface ReportOptions {
  readonly dialect?: Dialect
  readonly feedbackId?: string
  readonly signatureVersion?: SignatureVersion
  /** When it happened, epoch ms. @default now */
  readonly at?: number
  /** Addresses that SES names. @default the one that the mail went to */
  readonly recipients?: readonly string[]
}

type Copies = Pick<MailOptions, 'cc' | 'bcc'>

/** The mail of one site, and what SES and SNS tell of it. */
export class SiteFeed {
  readonly topicArn: string
  readonly #domain: string
  readonly #topics: Readonly<Record<SignatureVersion, SnsTopic>>
  readonly #random = seededRandom(randomUUID())

  /** @param domain of its bounce addresses (`bounce+b.…`) and of its sender */
  constructor(parts: { readonly topicArn: string; readonly identity: SigningIdentity; readonly domain: string }) {
    const { topicArn: arn, identity, domain } = parts
    this.topicArn = arn
    this.#domain = domain
    const topic = (signatureVersion: SignatureVersion): SnsTopic =>
      new SnsTopic({ arn, identity, signatureVersion, random: this.#random, clock: systemClock })
    this.#topics = { '1': topic('1'), '2': topic('2') }
  }

  /** One copy of a mailing, a mail of its own to SES. */
  mailing(row: QueueRow & { readonly email: string }, copies: Copies = {}): SentMail {
    return mailingMail(
      this.#mail(row.email, copies),
      { localpart: 'bounce+', separator: '.', domain: this.#domain },
      row,
    )
  }

  /** Mail without a mailing. */
  receipt(to: string, copies: Copies = {}): SentMail {
    return transactionalMail(this.#mail(to, copies))
  }

  /** What SNS posts about a mail; every call is a message of its own. @param name a case of the simulator */
  report(name: string, mail: SentMail, options: ReportOptions = {}): SnsRequest {
    const { dialect = 'identity', signatureVersion = '2', at = systemClock.now() } = options
    const { feedbackId = sesId(this.#random, at), recipients = mail.destination.slice(0, 1) } = options
    const published = caseNamed(name).message({
      mail,
      addresses: recipients,
      at,
      dialect,
      feedbackId,
      topicArn: this.topicArn,
    })
    return this.#topics[signatureVersion].notification({ ...published, at })
  }

  /** A SubscriptionConfirmation of the topic. */
  subscription(): SnsRequest {
    return this.#topics['2'].subscriptionConfirmation()
  }

  /** An UnsubscribeConfirmation of the topic. */
  unsubscription(): SnsRequest {
    return this.#topics['2'].unsubscribeConfirmation()
  }

  get subscriptionArn(): string {
    return this.#topics['2'].subscriptionArn
  }

  #mail(to: string, copies: Copies): MailOptions {
    const sentAt = systemClock.now() - 300_000
    return {
      messageId: sesId(this.#random, sentAt),
      sentAt,
      to,
      ...copies,
      subject: 'Newsletter',
      from: `"Example Society" <news@${this.#domain}>`,
      account: sendingAccount(this.topicArn, this.#domain),
    }
  }
}

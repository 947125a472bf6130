import type { SigningIdentity } from '../simulator/certificate.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import type { GatewayBench } from './gatewayBench.ts'
import { SiteFeed } from './siteFeed.ts'

type MailedRow = { readonly jobId: number; readonly queueId: number; readonly hash: string; readonly email: string }

/** A site on the built-in contact store of a running gateway, with people who each got a mail. */
export class MailedPeople {
  readonly site: string
  readonly rows: readonly MailedRow[]
  readonly #feed: SiteFeed

  private constructor(site: string, rows: readonly MailedRow[], feed: SiteFeed) {
    this.site = site
    this.rows = rows
    this.#feed = feed
  }

  static async make(bench: GatewayBench, site: string, count: number): Promise<MailedPeople> {
    const identity: SigningIdentity = bench.identity
    const domain = `${site}.example.org`
    const topicArn = `arn:aws:sns:eu-west-1:111122223333:${site}`
    const options = ['--builtin', '--domain', domain, '--localpart', 'bounce+', '--topic', topicArn]
    await bench.ask(['sites', 'add', site, ...options])
    const store = bench.gateway.operations.contacts(site)
    const contacts = await store.addContacts(
      Array.from({ length: count }, (_, index) => ({ name: `Person ${index}`, emails: [`p${index}@${domain}`] })),
    )
    const emailIds = contacts.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
    const { jobId, queueRows } = await store.addMailing({ name: 'November', emailIds })
    const rows = queueRows.map((row) => ({ ...row, jobId }))
    return new MailedPeople(site, rows, new SiteFeed({ topicArn, identity, domain }))
  }

  /** What SNS posts when the mail of each bounces. */
  bounces(): readonly SnsRequest[] {
    return this.rows.map((row) => this.#feed.report('bounce/Permanent/General', this.#feed.mailing(row)))
  }

  /** How many bounces each has, in the contact store of a running gateway. */
  async counts(bench: GatewayBench): Promise<readonly number[]> {
    const contacts = await bench.gateway.operations.contacts(this.site).list()
    return contacts.flatMap(({ emails }) => emails.map(({ bounces }) => bounces.length))
  }
}

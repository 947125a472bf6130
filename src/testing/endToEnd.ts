import { randomBytes } from 'node:crypto'
import type { Testbed } from '../../testbed/testbed.ts'
import { testbedForTests } from '../../testbed/forTests.ts'
import type { SiteInput } from '../settings/site.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import { CivicrmTables } from './civicrmTables.ts'
import { GatewayBench, type GatewayBenchOptions } from './gatewayBench.ts'
import { SiteFeed } from './siteFeed.ts'

/** The two kinds of key: 'administer CiviCRM', and no more permissions than the gateway needs. */
export const keyNames = ['administrator', 'lesser'] as const

export type KeyName = (typeof keyNames)[number]

/**
 * A real CiviCRM, a gateway, and two sites on it that differ by their key and topic: a signed notification
 * goes in over HTTP, CiviCRM's own tables come out.
 */
export class EndToEnd {
  readonly testbed: Testbed
  readonly tables: CivicrmTables
  readonly bench: GatewayBench
  readonly #feeds: Readonly<Record<KeyName, SiteFeed>>

  private constructor(testbed: Testbed, bench: GatewayBench, feeds: Readonly<Record<KeyName, SiteFeed>>) {
    this.testbed = testbed
    this.tables = new CivicrmTables(testbed)
    this.bench = bench
    this.#feeds = feeds
  }

  static async start(options: GatewayBenchOptions = {}): Promise<EndToEnd> {
    const testbed = await testbedForTests()
    const bench = await GatewayBench.make(options)
    await bench.start()
    const { identity } = bench
    const feed = (key: KeyName): SiteFeed =>
      new SiteFeed({ topicArn: `arn:aws:sns:eu-west-1:111122223333:${key}`, identity, domain: 'crm.example.org' })
    const e2e = new EndToEnd(testbed, bench, { administrator: feed('administrator'), lesser: feed('lesser') })
    for (const key of keyNames) await bench.saveSite(e2e.site(key), e2e.apiKey(key))
    return e2e
  }

  feed(key: KeyName): SiteFeed {
    return this.#feeds[key]
  }

  apiKey(key: KeyName): string {
    return key === 'administrator' ? this.testbed.adminApiKey : this.testbed.apiKey
  }

  /** The site of a key, as it is stored. */
  site(key: KeyName): SiteInput {
    return {
      id: key,
      name: key,
      crm: { type: 'civicrm', url: this.testbed.url },
      mail: { localpart: 'bounce+', domains: ['crm.example.org'], senderDomains: ['crm.example.org'] },
      topics: [this.feed(key).topicArn],
      policy: { preset: 'standard' },
    }
  }

  /** Posts all at once and waits until all is recorded. @returns the statuses, each once */
  async tell(requests: readonly SnsRequest[], address?: string): Promise<readonly number[]> {
    const statuses = await this.bench.postAll(requests, address)
    await this.bench.recorded()
    return statuses
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bench[Symbol.asyncDispose]()
  }
}

/** An address at a domain that no other call has given. */
export function freshAddress(localpart = 'reader'): string {
  return `${localpart}@${randomBytes(5).toString('hex')}.example.org`
}

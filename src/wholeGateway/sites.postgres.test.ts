import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SiteInput } from '../settings/site.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { ManyCrms, personOf } from '../testing/manyCrms.ts'
import { PostgresTestDatabase } from '../testing/postgresDatabase.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

/** Sites whose notifications arrive at several gateways on one database, each with its limits. */

const siteIds = ['alpha', 'beta', 'gamma'] as const
const people = 8

/** One after the other for the same copy of a mailing. */
const kinds = ['bounce/Transient/MailboxFull', 'bounce/Permanent/General'] as const

let database: PostgresTestDatabase
let crms: ManyCrms
let benches: GatewayBench[]
beforeEach(async () => {
  database = await PostgresTestDatabase.create()
  crms = await ManyCrms.start(3)
  benches = []
  for (let index = 0; index < 3; index += 1) {
    const folder = benches[0]?.folder
    const bench = await GatewayBench.make({
      // So long that a lane changes hands by an orderly end alone, however long a busy machine stands still.
      leaseLimits: { leaseMs: 60_000, roundMs: 300 },
      config: {
        databaseUrl: database.url,
        databaseDurability: 'any',
        keyFile: folder === undefined ? 'key' : path.join(folder, 'key'),
        certificatesFolder: folder === undefined ? 'certificates' : path.join(folder, 'certificates'),
      },
    })
    benches.push(bench)
    if (folder === undefined) await bench.file('key', `${randomBytes(32).toString('base64')}\n`)
    await bench.start()
  }
})
afterEach(async () => {
  for (const bench of benches) await bench[Symbol.asyncDispose]()
  await crms.close()
  await database[Symbol.asyncDispose]()
})

function topicOf(site: string): string {
  return `arn:aws:sns:eu-west-1:111122223333:${site}`
}

function siteAt(id: string, mode: 'record' | 'paused'): SiteInput {
  const domain = `${id}.example.org`
  return {
    id,
    name: id,
    mode,
    crm: { type: 'civicrm', url: crms.url(id), requestsAtOnce: 1, batchSize: 5 },
    mail: { localpart: 'bounce+', domains: [domain], senderDomains: [domain] },
    topics: [topicOf(id)],
    policy: { preset: 'standard' },
  }
}

describe('sites of several gateways', () => {
  it('are asked no more at once, and have the events of each contact in order, while lanes change hands', async () => {
    const [one, two, three] = benches as [GatewayBench, GatewayBench, GatewayBench]
    for (const id of siteIds) await one.saveSite(siteAt(id, 'paused'), 'key')
    for (const id of siteIds) {
      const feed = new SiteFeed({ topicArn: topicOf(id), identity: one.identity, domain: `${id}.example.org` })
      const mails = Array.from({ length: people }, (_, index) => feed.mailing(personOf(id, index + 1)))
      // Each kind at another gateway, in the order in which SES reports them.
      for (const [index, kind] of kinds.entries()) {
        const requests = mails.map((mail) => feed.report(kind, mail))
        expect(await benches[index]?.postAll(requests)).toEqual([200])
      }
    }
    for (const id of siteIds) await three.saveSite(siteAt(id, 'record'))
    // Its lanes go to the others in the middle of the work.
    await one.stop()
    const { inbox } = two.gateway.operations
    while ((await inbox.backlog()).length > 0) await setTimeout(20)

    for (const id of siteIds) {
      expect([id, crms.mostAtOnce(id)]).toEqual([id, 1])
      for (let person = 1; person <= people; person += 1) {
        const reasons = (crms.bounces(id).get(person) ?? []).map(({ reason }) => reason)
        expect(reasons).toEqual([expect.stringMatching(/MailboxFull/), expect.stringMatching(/Permanent\/General/)])
      }
    }
  })
})

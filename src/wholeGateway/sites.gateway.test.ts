import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SiteInput } from '../settings/site.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { breakages, ManyCrms, personOf } from '../testing/manyCrms.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

/** Many sites on one gateway, some of them broken in every way there is, each at a CiviCRM of its own. */

const healthy = Array.from({ length: 40 }, (_, index) => `site-${index}`)
const broken = breakages.map((how) => [`broken-${how.toLowerCase()}`, how] as const)
const perSite = 3

/** Seconds become tenths: nobody can wait here as long as a site in trouble needs. */
const recorderLimits = {
  lateStartMs: 200,
  asideMs: 100,
  breaker: {
    tolerated: 2,
    short: { least: 20, first: 50, most: 100 },
    open: { least: 100, first: 200, most: 400 },
    repair: { least: 100, first: 200, most: 400 },
  },
}

let bench: GatewayBench
let crms: ManyCrms
beforeEach(async () => {
  crms = await ManyCrms.start(2)
  bench = await GatewayBench.make({ recorderLimits })
  await bench.start()
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
  await crms.close()
})

function topicOf(site: string): string {
  return `arn:aws:sns:eu-west-1:111122223333:${site}`
}

/**
 * Where a call may take longer than a site says that it can, a look comes too early: only sites that fail whatever
 * they are asked may have so little patience, on a machine that does much else.
 */
const impatient = { timeoutSeconds: 1, longestRequestSeconds: 1 }

function siteAt(id: string, patience: Partial<typeof impatient> = {}): SiteInput {
  const domain = `${id}.example.org`
  return {
    id,
    name: id,
    crm: { type: 'civicrm', url: crms.url(id), ...patience },
    mail: { localpart: 'bounce+', domains: [domain], senderDomains: [domain] },
    topics: [topicOf(id)],
    policy: { preset: 'standard' },
  }
}

/** One bounce of each of a site's people. @returns the status that all were answered with */
async function bounceAll(id: string, people = perSite): Promise<readonly number[]> {
  const feed = new SiteFeed({ topicArn: topicOf(id), identity: bench.identity, domain: `${id}.example.org` })
  const requests = Array.from({ length: people }, (_, index) =>
    feed.report('bounce/Permanent/General', feed.mailing(personOf(id, index + 1))),
  )
  return bench.postAll(requests)
}

/** How often each of a site's people stands as bounced in its CiviCRM. */
function counts(id: string, people = perSite): readonly number[] {
  return Array.from({ length: people }, (_, index) => crms.bounces(id).get(index + 1)?.length ?? 0)
}

async function waitingAt(): Promise<ReadonlyMap<string, number>> {
  const lanes = await bench.gateway.operations.inbox.backlog()
  return new Map(lanes.map(({ site, waiting }) => [site, waiting]))
}

/** Resolves when nothing waits at any of these. */
async function recordedAt(ids: readonly string[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = async (): Promise<void> => {
      const waiting = await waitingAt()
      if (ids.some((id) => waiting.has(id))) return
      end()
      resolve()
    }
    const end = bench.gateway.events.recorder.on('batchFinished', () => void look())
    void look()
  })
}

describe('many sites, some of them broken', () => {
  it('record at once what is for the others, and what was for these after their repair, each once', async () => {
    for (const [id, how] of broken) crms.break(id, how)
    const brokenIds = broken.map(([id]) => id)
    for (const id of brokenIds) await bench.saveSite(siteAt(id, impatient), 'key')
    for (const id of healthy) await bench.saveSite(siteAt(id), 'key')
    // The broken ones first: whatever they hold up is held up before the others come.
    for (const id of brokenIds) expect(await bounceAll(id)).toEqual([200])
    for (const id of healthy) expect(await bounceAll(id)).toEqual([200])

    await recordedAt(healthy)
    for (const id of healthy) expect(counts(id)).toEqual([1, 1, 1])
    expect([...(await waitingAt()).keys()].toSorted()).toEqual(brokenIds.toSorted())

    for (const id of brokenIds) {
      crms.repair(id)
      await bench.saveSite(siteAt(id), 'key')
    }
    await recordedAt(brokenIds)
    for (const id of brokenIds) expect([id, counts(id)]).toEqual([id, [1, 1, 1]])
    expect(await bench.gateway.operations.inbox.deadCount()).toBe(0)
  })
})

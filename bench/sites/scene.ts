import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { openStore } from '../../src/compose/openStore.ts'
import { siteSchema } from '../../src/settings/site.ts'
import { createSigningIdentity, saveCertificate } from '../../src/simulator/certificate.ts'
import type { SnsRequest } from '../../src/simulator/topic.ts'
import { type Breakage, breakages, personOf } from '../../src/testing/manyCrms.ts'
import { SiteFeed } from '../../src/testing/siteFeed.ts'
import { GatewayProcess } from '../world/gatewayProcess.ts'
import { Crms } from './crms.ts'
import { send } from './send.ts'

/** What one run is made of. */
export interface Run {
  readonly sites: number
  /** The first so many of them are broken, in each way as many. */
  readonly broken: number
  /** Notifications of the healthy sites in a second; the broken ones' come on top, at the same rate for each site. */
  readonly rate: number
  readonly seconds: number
}

export interface RunResult {
  /** Of the healthy sites, from the first byte of the POST to the moment at which CiviCRM has it, ms, ascending. */
  readonly latencies: readonly number[]
  readonly lost: number
  readonly doubled: number
  /** Of the gateway's process, while the load lasted: share of one core, and MiB at the end. */
  readonly cpu: number
  readonly rssMiB: number
  /** Share of one core, and the same before anything was sent. */
  readonly idleCpu: number
}

/** PHP's start, and what comes after it. */
const crmLatencyMs = 20

const day = 86_400_000

interface Letter {
  readonly site: string
  readonly queueId: number
  readonly request: SnsRequest
}

/**
 * One gateway with its sites, each with a CiviCRM of its own, some of them broken from the start. Everything
 * is signed first and then sent at its time, whatever has become of the earlier ones.
 */
export async function runSites({ sites, broken, rate, seconds }: Run): Promise<RunResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-sites-'))
  const crms = await Crms.start(crmLatencyMs)
  let gateway: GatewayProcess | null = null
  try {
    const now = systemClock.now()
    const identity = createSigningIdentity({ region: 'eu-west-1', validFrom: now - day, validTo: now + day })
    const certificatesFolder = path.join(folder, 'certificates')
    await saveCertificate(identity, certificatesFolder)
    const ids = Array.from({ length: sites }, (_, index) => `site-${index}`)
    const breakageOf = (index: number): Breakage | null =>
      index < broken ? (breakages[index % breakages.length] ?? null) : null
    for (const [index, id] of ids.entries()) {
      const how = breakageOf(index)
      if (how !== null) await crms.break(id, how)
    }
    const dataFolder = path.join(folder, 'data')
    await addSites(
      dataFolder,
      ids.map((id, index) => ({ id, url: crms.url(id, breakageOf(index)) })),
    )
    const feeds = ids.map((id) => new SiteFeed({ topicArn: topicOf(id), identity, domain: `${id}.example.org` }))
    const count = Math.round((rate * seconds * sites) / (sites - broken))
    const letters = Array.from({ length: count }, (_, index): Letter => {
      const place = index % sites
      const [site = '', feed] = [ids[place], feeds[place]]
      const queueId = Math.floor(index / sites) + 1
      if (feed === undefined) throw new Error('a site without a feed')
      return { site, queueId, request: feed.report('bounce/Permanent/General', feed.mailing(personOf(site, queueId))) }
    })

    const configFile = path.join(folder, 'civicrm-ses.yaml')
    await writeFile(configFile, JSON.stringify({ dataFolder, certificatesFolder, listen: { port: 0 } }))
    gateway = await GatewayProcess.start(configFile)
    const idleCpu = await gateway.cpuWhile(async () => pause(idleMs))
    const url = `http://127.0.0.1:${gateway.port}/civicrm/ses/webhook`
    let sentAt: readonly number[] = []
    const cpu = await gateway.cpuWhile(async () => {
      sentAt = await send({ url, requests: letters.map(({ request }) => request), seconds })
    })
    const rssMiB = gateway.rssMiB()
    const healthy = new Set(ids.slice(broken))
    const end = performance.now() + patienceMs
    for (;;) {
      const judged = judge(letters, sentAt, await crms.recorded(), healthy)
      if (judged.lost === 0 || performance.now() > end) return { ...judged, cpu, rssMiB, idleCpu }
      await pause(500)
    }
  } finally {
    await gateway?.stop()
    await crms.end()
    await rm(folder, { recursive: true, force: true })
  }
}

/** How long a gateway that has nothing to do is watched. */
const idleMs = 3000

/** What is not recorded so long after the last one was sent counts as lost. */
const patienceMs = 60_000

function judge(
  letters: readonly Letter[],
  sentAt: readonly number[],
  recorded: Awaited<ReturnType<Crms['recorded']>>,
  healthy: ReadonlySet<string>,
): Pick<RunResult, 'latencies' | 'lost' | 'doubled'> {
  const bySite = new Map(
    recorded.map(({ site, rows }) => [site, new Map(rows.map(({ queueId, at }) => [queueId, at]))]),
  )
  const latencies: number[] = []
  let [lost, doubled] = [0, 0]
  for (const [index, { site, queueId }] of letters.entries()) {
    if (!healthy.has(site)) continue
    const [at, ...again] = bySite.get(site)?.get(queueId) ?? []
    if (again.length > 0) doubled += 1
    if (at === undefined) lost += 1
    else latencies.push(at - (sentAt[index] ?? Number.NaN))
  }
  return { latencies: latencies.toSorted((one, other) => one - other), lost, doubled }
}

function topicOf(site: string): string {
  return `arn:aws:sns:eu-west-1:111122223333:${site}`
}

/** Before the gateway runs; with shorter patience than people have, so that a short run sees a few of its rounds. */
async function addSites(
  folder: string,
  sites: readonly { readonly id: string; readonly url: string }[],
): Promise<void> {
  const store = await openStore({ folder, keyFile: null, clock: systemClock, access: 'own' })
  for (const { id, url } of sites) {
    const domain = `${id}.example.org`
    await store.settings.saveSite(
      siteSchema.parse({
        id,
        name: id,
        crm: { type: 'civicrm', url, timeoutSeconds: 5, longestRequestSeconds: 10 },
        mail: { localpart: 'bounce+', domains: [domain], senderDomains: [domain] },
        topics: [topicOf(id)],
        policy: { preset: 'standard' },
      }),
    )
    await store.settings.saveSecret(id, 'apiKey', 'key')
  }
  await store.close()
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

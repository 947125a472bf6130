import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SeededQueueRow } from '../../testbed/seeded.ts'
import { type Altered, type AnswerProxy, startAnswerProxy } from '../testing/answerProxy.ts'
import { badAnswers, page } from '../testing/crmStub.ts'
import { EndToEnd, freshAddress, type KeyName, keyNames } from '../testing/endToEnd.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

/** What may become of the answer to a call that a real CiviCRM has carried out, by name. */
const ways: Readonly<Record<string, (answer: string) => Altered>> = {
  '502': () => page(502, 'Bad Gateway'),
  '503': () => page(503, 'Service Unavailable'),
  '503-json': () => badAnswers.unavailableJson,
  '504': () => page(504, 'Gateway Time-out'),
  '522': () => page(522, 'Connection timed out'),
  '500': () => page(500, 'Error'),
  '201': (answer) => ({ ...badAnswers.fault, status: 201, body: answer }),
  empty: () => badAnswers.empty,
  fatal: () => ({ status: 200, type: 'text/html', body: '<br />\n<b>Fatal error</b>:  Allowed memory size of x' }),
  'fatal-page': () => badAnswers.fatalPage,
  cut: () => 'cut',
  'cut-list': (answer) => ({ ...json(answer), body: answer.slice(0, -20) }),
  'too-few': (answer) => json(JSON.stringify(resultsOf(answer).slice(1))),
  shifted: (answer) => json(JSON.stringify([...resultsOf(answer).slice(1), ...resultsOf(answer).slice(0, 1)])),
  keyed: (answer) => json(JSON.stringify(Object.fromEntries(resultsOf(answer).entries()))),
  flood: () => json(' '.repeat(9 * 1024 * 1024)),
}

/** What is an answer all the same. */
const readable: Readonly<Record<string, (answer: string) => Altered>> = {
  gzip: (answer) => ({ ...json(answer), body: gzipSync(answer), coding: 'gzip' }),
  'byte-order-marks': (answer) => json(`\uFEFF\uFEFF${answer}`),
  notices: (answer) =>
    json(
      `${'<br />\n<b>Warning</b>:  Undefined array key ["a"] in <b>a.php</b> on line <b>7</b><br />\n'.repeat(50)}${answer}`,
    ),
}

const json = (body: string): { readonly status: number; readonly type: string; readonly body: string } => ({
  status: 200,
  type: 'application/json',
  body,
})

function resultsOf(answer: string): readonly unknown[] {
  const results: unknown = JSON.parse(answer)
  if (!Array.isArray(results)) throw new Error('no list of results')
  return results
}

let e2e: EndToEnd
let proxy: AnswerProxy
/** Sites whose first answer was lost already. */
const lost = new Set<string>()

beforeAll(async () => {
  const pause = { least: 50, first: 100, most: 200 }
  const breaker = { tolerated: 1, short: pause, open: pause, repair: pause }
  e2e = await EndToEnd.start({ recorderLimits: { lateStartMs: 1000, retry: pause, breaker } })
  proxy = await startAnswerProxy(e2e.testbed.url, (site, path, answer) => {
    const way = /^(?:administrator|lesser)-(.*)$/.exec(site)?.[1] ?? ''
    if (!path.endsWith('/ajax/rest') || lost.has(site)) return null
    lost.add(site)
    return (ways[way] ?? readable[way])?.(answer) ?? null
  })
})
afterAll(async () => {
  await e2e[Symbol.asyncDispose]()
  await proxy.close()
})

interface Told {
  readonly key: KeyName
  readonly way: string
  readonly rows: readonly SeededQueueRow[]
}

/** A site of its own for each way, and three bounces of one mailing in one request. */
async function tell(key: KeyName, way: string): Promise<Told> {
  const id = `${key}-${way}`
  const topicArn = `arn:aws:sns:eu-west-1:111122223333:${id}`
  const site = e2e.site(key)
  // Long enough that no call is given up by itself on a busy machine.
  const crm = { type: 'civicrm', url: `${proxy.url}/${id}/`, timeoutSeconds: 10, longestRequestSeconds: 1 } as const
  await e2e.bench.saveSite({ ...site, id, name: id, crm, topics: [topicArn], mode: 'paused' }, e2e.apiKey(key))
  const feed = new SiteFeed({ topicArn, identity: e2e.bench.identity, domain: 'crm.example.org' })
  const { rows } = await e2e.testbed.seedMailing({
    recipients: [1, 2, 3].map(() => ({ email: freshAddress() })),
  })
  const requests = rows.map((row) => feed.report('bounce/Transient/MailboxFull', feed.mailing(row)))
  expect(await e2e.bench.postAll(requests)).toEqual([200])
  await e2e.bench.ask(['sites', 'record', id])
  return { key, way, rows }
}

const allWays = [...Object.keys(ways), ...Object.keys(readable)]

it(
  'a call that was carried out is never made again, whatever becomes of its answer',
  { timeout: 180_000 },
  async () => {
    const told: Told[] = []
    for (const key of keyNames) for (const way of allWays) told.push(await tell(key, way))
    await e2e.bench.recorded()
    expect(lost.size).toBe(told.length)
    for (const { key, way, rows } of told) {
      const people = await e2e.tables.people(rows)
      const states = (await e2e.bench.ask(['events', '--site', `${key}-${way}`])) as readonly {
        readonly effects: readonly { readonly state: string }[]
      }[]
      const known = way in readable || key === 'administrator'
      expect({ key, way, people, states: states.flatMap(({ effects }) => effects.map(({ state }) => state)) }).toEqual({
        key,
        way,
        people: rows.map(() => ({ bounces: ['Quota'], onHold: 0, optedOut: false })),
        states: rows.map(() => (known ? 'done' : 'uncertain')),
      })
    }
  },
)

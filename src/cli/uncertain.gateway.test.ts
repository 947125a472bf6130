import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  badAnswers,
  type CrmStub,
  everybodyAsked,
  json,
  startCrmStub,
  type StubAnswer,
  type StubRequest,
} from '../testing/crmStub.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const reader = { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy', email: 'reader@example.org' }
const other = { jobId: 2, queueId: 3007, hash: 'abcdefghijklmnop', email: 'other@example.org' }

let answersBounces = false
const recorded: string[] = []

/** A CiviCRM with a key of the least rights, whose answers to bounces are lost. */
function civicrm(request: StubRequest): StubAnswer {
  const { path, fields } = request
  if (path.includes('authx/id')) return json({ contact_id: 3, user_id: 2 })
  if (path.includes('api4/MailingEvent')) return badAnswers.forbiddenJson
  if (path.includes('api4/Contact/get')) return json({ values: [{ id: 4 }] })
  if (path.includes('api4/Email/get')) return everybodyAsked(request)
  if (path.includes('api4/')) return json({ values: [] })
  if (!answersBounces) return badAnswers.cut
  const calls: readonly (readonly [string, string, { readonly bounce_reason: string }])[] = JSON.parse(
    fields['json'] ?? '[]',
  )
  recorded.push(...calls.map(([, , { bounce_reason: reason }]) => reason))
  return json(calls.map(([, , values]) => ({ is_error: 0, values })))
}

let stub: CrmStub
let bench: GatewayBench

beforeAll(async () => {
  stub = await startCrmStub(civicrm)
  bench = await GatewayBench.make({ recorderLimits: { lateStartMs: 100 } })
  await bench.start()
  const site = ['--url', stub.url, '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  const soon = ['--timeout', '1', '--longest-request', '1']
  await bench.ask(['sites', 'add', 'main', ...site, ...soon, '--api-key-stdin'], { stdin: 'key' })
  const feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  await bench.postAll([reader, other].map((row) => feed.report('bounce/Permanent/General', feed.mailing(row))))
  await bench.recorded()
  answersBounces = true
  // What is called from now on is to be answered, however long a busy machine takes for it.
  await bench.ask(['sites', 'edit', 'main', '--timeout', '60', '--longest-request', '300'])
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await stub.close()
})

describe('civicrm-ses uncertain', () => {
  it('lists what cannot be known, and takes the word of a person for it', async () => {
    const list = await bench.command(['uncertain', 'list'])
    expect(list.out).toMatch(/main +reader@example\.org +Invalid +2 +3006 +\[[a-z2-7]{12}\]/)
    expect(list.out).toMatch(/main +other@example\.org +Invalid +2 +3007 +\[[a-z2-7]{12}\]/)
    const [found] = (await bench.ask(['uncertain', 'list', '--site', 'main'])) as readonly {
      readonly effectId: number
      readonly recipient: string
      readonly marker: string
    }[]

    expect(await bench.command(['uncertain', 'absent', String(found!.effectId)])).toMatchObject({
      code: 0,
      out: 'To be recorded: 1.\n',
    })
    await bench.recorded()
    expect(recorded).toEqual([expect.stringContaining(`[${found!.marker}]`)])

    expect(await bench.command(['uncertain', 'there', '--all', 'main'])).toMatchObject({ code: 0, out: 'Done: 1.\n' })
    expect((await bench.command(['uncertain', 'list'])).out).toBe('Nothing is uncertain.\n')
    expect(recorded).toHaveLength(1)
  })

  it('says what it does not find, and how it is called', async () => {
    expect(await bench.command(['uncertain', 'look', '4711'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('Not uncertain, or not there at all: 4711.'),
    })
    for (const argv of [['there'], ['absent', '1', '--all', 'main']])
      expect(await bench.command(['uncertain', ...argv])).toMatchObject({ code: 2 })
    expect(await bench.command(['uncertain', 'there', '--all', 'nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('SITE_UNKNOWN'),
    })
  })
})

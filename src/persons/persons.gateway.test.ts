import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { SentMail } from '../simulator/ses/sentMail.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:crm'

const personal = z.object({
  stored: z.array(z.object({ table: z.string() })),
  nameless: z.array(z.object({ table: z.string() })),
  brokenOff: z.boolean(),
})

let bench: GatewayBench
let feed: SiteFeed
let mail: SentMail

beforeAll(async () => {
  bench = await GatewayBench.make()
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  await bench.ask(['sites', 'add', 'main', '--builtin', '--domain', 'crm.example.org', '--topic', topicArn])
  await bench.ask(['contacts', 'import', '-', '--site', 'main'], {
    stdin: 'name,email\nAda Nilsen,ada@example.net\nBo Undset,bo@example.net\n',
  })
  mail = feed.receipt('Ada@example.net', { cc: ['bo@example.net'] })
  await bench.postAll([
    feed.report('bounce/Permanent/General', feed.receipt('ada@example.net')),
    feed.report('complaint/abuse', mail),
    feed.report('bounce/Permanent/General', feed.receipt('bo@example.net')),
  ])
  await bench.recorded()
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})

async function personalData(address: string): Promise<z.output<typeof personal>> {
  return personal.parse(await bench.ask(['export-person', address]))
}

/** What a forget names, and how often, without its title. */
function tableIn(out: string): readonly string[] {
  return (/Where +Rows\n((?:.+\n)+)/.exec(out)?.[1] ?? '').split('\n').filter((line) => line !== '')
}

describe('a person', () => {
  it('is told what is stored of him', async () => {
    const { stored } = await personalData('ADA@example.net')
    expect(stored.map(({ table }) => table)).toEqual(
      expect.arrayContaining(['mail_event', 'effect', 'notification_message', 'contact_email']),
    )
  })

  it('gets no link with which he could end the subscription', async () => {
    const { out } = await bench.command(['export-person', 'ada@example.net'])
    expect(out).toContain('UnsubscribeURL')
    expect(out).toContain('(not shown)')
    expect(out).not.toContain('Action=Unsubscribe')
  })

  it('is not forgotten without --yes', async () => {
    const before = await personalData('ada@example.net')
    const { code, out } = await bench.command(['forget', 'ada@example.net'])
    expect(code).toBe(0)
    expect(out).toMatch(/To be erased:/)
    expect(out).toContain('Nothing was changed (dry run). Add --yes to carry it out.')
    expect(await personalData('ada@example.net')).toEqual(before)
    expect((await bench.command(['forget', 'ada@example.net', '--yes', '--dry-run'])).code).not.toBe(0)
    expect((await bench.command(['forget', 'ada'])).err).toContain('is no mail address')
    expect((await bench.command(['forget', 'nobody@example.net'])).out).toMatch(/^Nothing is stored of this address\./)
  })

  it('is forgotten as it was announced, while notifications arrive, none of which is lost', async () => {
    const announced = tableIn((await bench.command(['forget', 'ada@example.net'])).out)
    expect(announced[0]).toMatch(/^mail events, with their effects +2$/)
    const arriving = Array.from({ length: 60 }, (_, number) =>
      feed.report('bounce/Transient/MailboxFull', feed.receipt(`other${number}@example.net`)),
    )
    const [forgotten, statuses] = await Promise.all([
      bench.command(['forget', '--yes'], { stdin: 'ada@example.net\n' }),
      bench.postAll(arriving),
    ])
    expect(forgotten).toMatchObject({ code: 0 })
    expect(tableIn(forgotten.out)).toEqual(announced)
    expect(forgotten.out).toMatch(/Erased:[\s\S]*mail events[\s\S]*Outside of it:[\s\S]*CiviCRM itself/)
    expect(statuses).toEqual([200])
    await bench.recorded()
    expect(await bench.ask(['events', '--kind', 'bounce', '--limit', '100'])).toHaveLength(62)
  })

  it('is gone then, from every file of the data folder', async () => {
    expect(await personalData('ada@example.net')).toMatchObject({ stored: [], brokenOff: false })
    const bytes = Buffer.concat(
      readdirSync(bench.dataFolder)
        .filter((file) => file.startsWith('civicrm-ses.db'))
        .map((file) => readFileSync(path.join(bench.dataFolder, file))),
    )
    expect(bytes.toString('latin1')).not.toMatch(/ada@example|Ada Nilsen/i)
    expect((await personalData('bo@example.net')).stored.length).toBeGreaterThan(0)
  })

  it('is recognised when the complaint comes once more, and nothing is done; what is new is new', async () => {
    await bench.post(feed.report('complaint/abuse', mail))
    await bench.recorded()
    const { stored, nameless } = await personalData('ada@example.net')
    expect(nameless.filter(({ table }) => table === 'mail_event')).toHaveLength(2)
    // The message that has just come, which is new.
    expect(stored.map(({ table }) => table)).toEqual(['notification_message'])
    await bench.post(feed.report('bounce/Permanent/General', feed.receipt('ada@example.net')))
    await bench.recorded()
    expect((await personalData('ada@example.net')).stored.map(({ table }) => table)).toContain('mail_event')
    expect(await bench.command(['forget', 'ada@example.net', '--yes'])).toMatchObject({ code: 0 })
    expect((await personalData('ada@example.net')).stored).toEqual([])
  })
})

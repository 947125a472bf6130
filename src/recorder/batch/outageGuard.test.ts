import { describe, expect, it } from 'vitest'
import { nobodyWaits } from '../../testing/nobodyWaits.ts'
import { setAsideOperations } from '../../control/operations/setAside.ts'
import type { OperationContext } from '../../control/context.ts'
import { type Reader, RecorderScene } from '../../testing/recorderScene.ts'
import type { SesMessageInput } from '../../testing/sesMessage.ts'

const domain = 'provider.example'
const hour = 3_600_000

/** Readers at one provider who got their mail for weeks, and one elsewhere. */
async function sceneWithHistory(): Promise<{ readonly scene: RecorderScene; readonly readers: readonly Reader[] }> {
  const scene = RecorderScene.make()
  await scene.start()
  const readers = Array.from({ length: 60 }, (_, index) => scene.reader(`reader${index}@${domain}`))
  await tell(scene, readers, { kind: 'Delivery', messageId: 'october' })
  await scene.pass(48 * hour)
  return { scene, readers }
}

/** Says the same of each reader's copy of one mailing. */
async function tell(
  scene: RecorderScene,
  readers: readonly Reader[],
  { messageId, ...input }: Partial<SesMessageInput> & { readonly messageId: string },
): Promise<readonly number[]> {
  const ids = await Promise.all(
    readers.map(async (reader) =>
      scene.accept(scene.about(reader, { ...input, messageId: `${messageId}-${reader.row.queueId}` })),
    ),
  )
  await scene.pass(1000)
  return ids
}

function refusedBy(reader: Reader): NonNullable<SesMessageInput['recipients']> {
  return [{ emailAddress: reader.email, status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 no such user' }]
}

async function refuse(scene: RecorderScene, readers: readonly Reader[], messageId = 'november'): Promise<void> {
  await Promise.all(
    readers.map(async (reader) =>
      scene.accept(
        scene.about(reader, { recipients: refusedBy(reader), messageId: `${messageId}-${reader.row.queueId}` }),
      ),
    ),
  )
  await scene.pass(1000)
}

async function rules(scene: RecorderScene): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const { decision, event } of await scene.events())
    if (event.kind === 'bounce') counts[decision.rule] = (counts[decision.rule] ?? 0) + 1
  return counts
}

/** What the operations need of a gateway. */
function contextOf(scene: RecorderScene): OperationContext {
  return { ledger: scene.ledger, inbox: scene.inbox, settings: scene.settings, clock: scene.time } as never
}

const choice = { site: 'main', domain, dryRun: false }

describe('a burst of permanent bounces from one receiving domain', () => {
  it('is set aside, while bounces of other domains are recorded', async () => {
    const { scene, readers } = await sceneWithHistory()
    const elsewhere = scene.reader('ada@elsewhere.example')
    await refuse(scene, [...readers.slice(0, 40), elsewhere])
    expect(await rules(scene)).toEqual({ 'provider-outage': 40, 'bounce-permanent': 1 })
    expect(scene.rows(readers).flat()).toEqual([])
    expect(scene.rows([elsewhere])).toEqual([['Invalid']])
    const [told] = scene.toldOf('setAside')
    expect(told).toMatchObject({ site: 'main', domain, bounces: expect.any(Number) })
    const entry = (await scene.events()).find(({ decision }) => decision.standing === 'person')
    expect(entry?.decision.explanation).toMatch(
      /provider\.example refused \d+ of \d+ mails for good .* 60 and refused 0/,
    )
    await scene[Symbol.asyncDispose]()
  })

  it('is not seen before there are enough; those are shown beside it', async () => {
    const { scene, readers } = await sceneWithHistory()
    await refuse(scene, readers.slice(0, 10))
    await refuse(scene, readers.slice(10, 40))
    expect(await rules(scene)).toEqual({ 'bounce-permanent': 10, 'provider-outage': 30 })
    const groups = await setAsideOperations['setAside.list'].run(contextOf(scene), {}, nobodyWaits)
    expect(groups).toMatchObject([{ site: 'main', domain, bounces: 30, released: 0, before: { bounces: 10 } }])
    await scene[Symbol.asyncDispose]()
  })

  it('goes on being set aside while the fault lasts, for hours', async () => {
    const { scene, readers } = await sceneWithHistory()
    for (let round = 0; round < 4; round += 1) {
      await refuse(scene, readers.slice(0, 30), `round${round}`)
      await scene.pass(2 * hour)
    }
    expect(await rules(scene)).toEqual({ 'provider-outage': 120 })
    await scene[Symbol.asyncDispose]()
  })

  it('stays aside when it is reported again, after a restart and after the fault is over', async () => {
    const { scene, readers } = await sceneWithHistory()
    await refuse(scene, readers.slice(0, 40))
    await scene.kill()
    await scene.start()
    await scene.pass(5 * hour)
    await refuse(scene, readers.slice(0, 40))
    expect(await rules(scene)).toEqual({ 'provider-outage': 40 })
    expect(scene.rows(readers).flat()).toEqual([])
    await scene[Symbol.asyncDispose]()
  })

  it('is counted once for each of its bounces where the process dies as they are stored, so that those behind are seen', async () => {
    const { scene, readers } = await sceneWithHistory()
    const { plan } = scene.ledger
    let lives = 0
    scene.ledger.plan = async (events) => {
      const entries = await plan(events)
      // Stored, and then nothing more: as by kill -9.
      if ((lives += 1) === 1) await new Promise(() => undefined)
      return entries
    }
    await refuse(scene, readers.slice(0, 40))
    await scene.kill()
    await scene.start()
    await scene.pass(1000)
    const now = scene.time.now()
    const span = { historySince: now, windowSince: now - hour, until: now }
    const traffic = await scene.receivers.read('main', [domain], span)
    expect(traffic.get(domain)?.window.refused).toEqual(new Map([['5.1.1', 40]]))

    await refuse(scene, readers.slice(40, 45))
    expect(await rules(scene)).toEqual({ 'provider-outage': 45 })
    expect(scene.rows(readers).flat()).toEqual([])
    await scene[Symbol.asyncDispose]()
  })

  it('is recorded when a person says so, each once', async () => {
    const { scene, readers } = await sceneWithHistory()
    await refuse(scene, readers.slice(0, 40))
    const context = contextOf(scene)
    expect(
      await setAsideOperations['setAside.record'].run(context, { ...choice, dryRun: true }, nobodyWaits),
    ).toMatchObject({
      bounces: 40,
      replayed: 0,
    })
    await scene.pass(1000)
    expect(scene.rows(readers).flat()).toEqual([])
    expect(await setAsideOperations['setAside.record'].run(context, choice, nobodyWaits)).toMatchObject({
      bounces: 40,
      replayed: 40,
    })
    await scene.pass(60_000)
    expect(scene.rows(readers).flat()).toEqual(Array.from({ length: 40 }, () => 'Invalid'))
    expect(await rules(scene)).toEqual({ 'bounce-permanent': 40 })
    expect(await setAsideOperations['setAside.list'].run(context, {}, nobodyWaits)).toEqual([])
    await refuse(scene, readers.slice(0, 40))
    expect(scene.rows(readers).flat()).toHaveLength(40)
    await scene[Symbol.asyncDispose]()
  })

  it('never counts when a person drops it, however often it is reported', async () => {
    const { scene, readers } = await sceneWithHistory()
    await refuse(scene, readers.slice(0, 40))
    const context = contextOf(scene)
    expect(await setAsideOperations['setAside.drop'].run(context, choice, nobodyWaits)).toEqual({
      dryRun: false,
      bounces: 40,
    })
    await scene.pass(5 * hour)
    await refuse(scene, readers.slice(0, 40))
    expect(await rules(scene)).toEqual({ 'provider-outage-dropped': 40 })
    expect(scene.rows(readers).flat()).toEqual([])
    await scene[Symbol.asyncDispose]()
  })
})

describe('no burst is', () => {
  it('a mailing to a domain that nothing was ever delivered to', async () => {
    const scene = RecorderScene.make()
    await scene.start()
    const readers = Array.from({ length: 60 }, (_, index) => scene.reader(`old${index}@${domain}`))
    await refuse(scene, readers)
    expect(await rules(scene)).toEqual({ 'bounce-permanent': 60 })
    await scene[Symbol.asyncDispose]()
  })

  it('a third of a list that is bad, among deliveries', async () => {
    const { scene, readers } = await sceneWithHistory()
    await tell(scene, readers.slice(0, 40), { kind: 'Delivery', messageId: 'november' })
    await refuse(scene, readers.slice(40), 'november')
    expect(await rules(scene)).toEqual({ 'bounce-permanent': 20 })
    await scene[Symbol.asyncDispose]()
  })

  it('anything where the site has switched the guard off', async () => {
    const { scene, readers } = await sceneWithHistory()
    const site = scene.settings.site('main')!
    await scene.settings.saveSite({ ...site, outageGuard: { ...site.outageGuard, enabled: false } })
    await refuse(scene, readers.slice(0, 40))
    expect(await rules(scene)).toEqual({ 'bounce-permanent': 40 })
    await scene[Symbol.asyncDispose]()
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { civicrmSite, RecorderScene } from '../testing/recorderScene.ts'
import type { Behaviour } from '../testing/scriptedCrm.ts'

let scene: RecorderScene
afterEach(async () => {
  await scene[Symbol.asyncDispose]()
})

const hundred = Array.from({ length: 100 }, (_, index) => `site-${index}`)

/** Batches in the order in which they ended, by site. */
function batches(): readonly string[] {
  return scene.toldOf('batchFinished').map(({ site }) => String(site))
}

async function waiting(): Promise<ReadonlyMap<string, number>> {
  return new Map((await scene.inbox.backlog()).map((lane) => [lane.site, lane.waiting]))
}

/** A hundred lanes take a while for what nothing tells of: to take over what an earlier run may have left. */
async function takenOver(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await scene.settle()
}

describe('sites that share a recorder', () => {
  it('take turns: one with thousands waiting has one batch while each of the others has one', async () => {
    const sites = ['large', 'one', 'two', 'three']
    scene = RecorderScene.make({
      sites: sites.map((id) => civicrmSite(id)),
      limits: { lanesAtWork: 1, mostInBatch: 20, fewestInBatch: 20 },
    })
    const accept = async (site: string, count: number): Promise<void> => {
      const readers = scene.readers(count)
      await Promise.all(readers.map(async (reader) => scene.accept(scene.about(reader), { site })))
    }
    await accept('large', 160)
    for (const site of sites.slice(1)) await accept(site, 40)
    await scene.start()
    await scene.settle()
    expect(await waiting()).toEqual(new Map())
    // As long as all had something waiting, none had two batches more than another.
    const contended = batches().slice(0, 8)
    const counts = sites.map((site) => contended.filter((one) => one === site).length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })

  it('go on while more sites hang than may work at the same time', async () => {
    scene = RecorderScene.make({
      sites: hundred.map((id) => civicrmSite(id)),
      limits: { lanesAtWork: 2, claimRoomKib: 400 },
    })
    const [hangs, works]: readonly (readonly string[])[] = [hundred.slice(0, 90), hundred.slice(90)]
    const hanging = new Set<string>()
    const readers = new Map(hundred.map((site) => [site, scene.readers(3)]))
    for (const site of hangs ?? []) for (const { email } of readers.get(site) ?? []) hanging.add(email)
    const hang: Behaviour = { does: 'hang' }
    scene.crm.rule = (call, items) =>
      call === 'findAddresses' && items.some((email) => hanging.has(String(email))) ? hang : null
    for (const site of hundred)
      for (const reader of readers.get(site) ?? []) await scene.accept(scene.about(reader), { site })
    await scene.start()
    await takenOver()
    expect([...(await waiting()).keys()].toSorted()).toEqual([...(hangs ?? [])].toSorted())
    for (const site of works ?? [])
      expect(scene.rows(readers.get(site) ?? [])).toEqual([['Invalid'], ['Invalid'], ['Invalid']])
  })

  it('hold no more of the messages at a time than there is room for', async () => {
    scene = RecorderScene.make({
      sites: hundred.map((id) => civicrmSite(id)),
      limits: { claimRoomKib: 200 },
    })
    scene.crm.rule = () => ({ does: 'hang' })
    for (const site of hundred.slice(0, 20)) {
      const readers = scene.readers(30)
      await Promise.all(readers.map(async (reader) => scene.accept(scene.about(reader), { site })))
    }
    let [claims, bytes] = [0, 0]
    const claim = scene.inbox.claim.bind(scene.inbox)
    scene.inbox.claim = async (request) => {
      const claimed = await claim(request)
      if (claimed.length > 0) claims += 1
      for (const { raw } of claimed) bytes += raw.byteLength
      return claimed
    }
    await scene.start()
    await takenOver()
    expect(claims).toBe(20)
    expect(bytes).toBeLessThanOrEqual(200 * 1024)
    expect([...(await waiting()).values()].reduce((sum, count) => sum + count, 0)).toBe(600)
  })

  it('are left alone by changes of another site, and by leases that stay as they are', async () => {
    scene = RecorderScene.make({ sites: ['main', 'other'].map((id) => civicrmSite(id)) })
    await scene.start()
    await scene.settle()
    let claims = 0
    const claim = scene.inbox.claim.bind(scene.inbox)
    scene.inbox.claim = async (request) => {
      if (request.site === 'main') claims += 1
      return claim(request)
    }
    await scene.settings.saveSite(civicrmSite('other', { name: 'Renamed' }))
    await scene.settle()
    expect(claims).toBe(0)
    await scene.settings.saveSite(civicrmSite('main', { name: 'Renamed' }))
    await scene.settle()
    expect(claims).toBe(1)
  })
})

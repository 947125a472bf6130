import { afterEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors/gatewayError.ts'
import { plainVerp, verpDomain } from '../../testing/defects/defectCase.ts'
import { civicrmSite, conclusiveMs, RecorderScene } from '../../testing/recorderScene.ts'

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

/** Batches of 25, so that a few more than that are two batches. */
const site = civicrmSite('main', {
  crm: { type: 'civicrm', url: 'https://crm.example.org', batchSize: 25 },
  mail: { ...plainVerp, domains: [verpDomain] },
})

function make(): RecorderScene {
  const scene = RecorderScene.make({ sites: [site] })
  scenes.push(scene)
  return scene
}

const minute = 60_000

describe('while the site records a batch', () => {
  it('the facts of the next one are read, and used when its turn comes', async () => {
    const scene = make()
    const readers = scene.readers(40)
    scene.crm.script('recordBounces', { does: 'slow', ms: 1000 })
    await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    expect(scene.callSizes()).toEqual([25])
    expect(scene.crm.callsOf('findAddresses').map(({ length }) => length)).toEqual([25, 15])
    await scene.pass(1000)
    expect(scene.callSizes()).toEqual([25, 15])
    expect(scene.crm.callsOf('findAddresses')).toHaveLength(2)
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
  })

  it('nothing is claimed ahead where no more is waiting', async () => {
    const scene = make()
    scene.crm.script('recordBounces', { does: 'slow', ms: 1000 })
    await scene.bounceAll(scene.readers(10))
    await scene.start()
    await scene.settle()
    const id = await scene.accept(scene.about(scene.reader()))
    await scene.settle()
    expect((await scene.notification(id)).leaseUntil).toBeNull()
  })

  it('what it reports is not asked about again, and not recorded again, where the next one reports it too', async () => {
    const scene = make()
    const readers = scene.readers(25)
    scene.crm.script('recordBounces', { does: 'slow', ms: 1000 })
    await scene.bounceAll(readers)
    const again = await Promise.all(
      readers.map(async (one) => scene.accept(scene.about(one, { dialect: 'eventPublishing' }))),
    )
    await scene.start()
    await scene.pass(1000)
    expect(scene.crm.callsOf('findAddresses')).toHaveLength(1)
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
    expect(new Set(await scene.notificationStates(again))).toEqual(new Set(['recorded']))
  })

  it('and fails it, the next one is put back, pays no attempt and keeps its order', async () => {
    const scene = make()
    const readers = scene.readers(25)
    const late = scene.reader()
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    const first = await scene.bounceAll(readers)
    const second = await scene.accept(scene.about(late))
    const behind = await scene.accept(scene.about(readers[0]!, { bounceType: 'Transient' }))
    await scene.start()
    await scene.settle()
    expect(await scene.notification(second)).toMatchObject({ state: 'waiting', attempts: 0, leaseUntil: null })
    await scene.pass(minute)
    expect(scene.rows([late, readers[0]!])).toEqual([['Invalid'], []])
    expect((await scene.notification(behind)).code).toBe('RECORD_HELD_BACK')
    await scene.pass(2 * conclusiveMs)
    expect(scene.rows(readers)[0]).toEqual(['Invalid', 'Relay'])
    expect(new Set(await scene.notificationStates(first))).toEqual(new Set(['recorded']))
  })

  it('and the reading ahead fails, the batch asks again and is judged by that', async () => {
    const scene = make()
    const readers = scene.readers(30)
    scene.crm.script('findAddresses', { does: 'ok' }, { does: 'fail', kind: 'server' })
    await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
    expect(scene.toldOf('breakerOpened')).toEqual([])
  })

  it('and its settings change, what was read ahead is read anew by the new ones', async () => {
    const scene = make()
    const readers = scene.readers(30)
    scene.crm.script('recordBounces', { does: 'slow', ms: 1000 })
    await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    await scene.settings.saveSite({ ...site, mode: 'watch' })
    await scene.pass(1000)
    expect(scene.crm.callsOf('findAddresses').map(({ length }) => length)).toEqual([25, 5, 5])
    expect(scene.callSizes()).toEqual([25])
    expect((await scene.effectStates()).filter((state) => state === 'watched')).toHaveLength(5)
  })

  it('and the settings cannot be followed for the moment, what was claimed ahead is not lost', async () => {
    const scene = make()
    const readers = scene.readers(30)
    scene.crm.script('recordBounces', { does: 'slow', ms: 1000 })
    await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    const { hasten } = scene.inbox
    let faults = 3
    scene.inbox.hasten = async (...given) => {
      faults -= 1
      if (faults >= 0) throw new GatewayError('STORAGE_UNAVAILABLE', 'the disk is full')
      return hasten(...given)
    }
    await scene.settings.saveSite({ ...site, name: 'Renamed' })
    await scene.pass(5 * minute)
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
  })

  it('and is paused, what was claimed ahead is put back', async () => {
    const scene = make()
    const ids = await scene.bounceAll(scene.readers(30))
    scene.crm.script('recordBounces', { does: 'slow', ms: 1000 })
    await scene.start()
    await scene.settle()
    expect((await scene.notification(ids[29]!)).leaseUntil).not.toBeNull()
    await scene.settings.saveSite({ ...site, mode: 'paused' })
    await scene.pass(1000)
    expect(await scene.notification(ids[29]!)).toMatchObject({ state: 'waiting', attempts: 0, leaseUntil: null })
  })

  it('and the gateway stops, what was claimed ahead is put back', async () => {
    const scene = make()
    const ids = await scene.bounceAll(scene.readers(30))
    scene.crm.script('recordBounces', { does: 'slow', ms: 1000 })
    await scene.start()
    await scene.settle()
    const stopped = scene.recorder.stop(10_000)
    await scene.pass(1000)
    await stopped
    expect((await scene.notification(ids[0]!)).state).toBe('recorded')
    expect(await scene.notification(ids[29]!)).toMatchObject({ state: 'waiting', attempts: 0, leaseUntil: null })
    expect(scene.time.timers).toEqual([])
  })

  it.each(['called', 'answered', 'settled', 'finished'] as const)(
    'and the process dies at "%s", nothing is lost or doubled of either batch',
    async (at) => {
      const scene = make()
      const readers = scene.readers(40)
      await scene.bounceAll(readers)
      await scene.start({ at })
      await scene.settle()
      expect(scene.died).toBe(true)
      await scene.start()
      await scene.pass(2 * conclusiveMs)
      expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
      expect(await scene.inbox.backlog()).toEqual([])
    },
  )
})

import { afterEach, describe, expect, it } from 'vitest'
import type { CrmErrorKind } from '../../civicrm/crm.ts'
import { civicrmSite, conclusiveMs, RecorderScene } from '../../testing/recorderScene.ts'

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

function make(options?: Parameters<typeof RecorderScene.make>[0]): RecorderScene {
  const scene = RecorderScene.make(options)
  scenes.push(scene)
  return scene
}

const minute = 60_000
const hour = 60 * minute

describe('a site that is down', () => {
  it.each<CrmErrorKind>(['unreachable', 'maintenance', 'overloaded', 'server'])(
    'with "%s" loses nothing (D29): no notification pays an attempt, and all are recorded once it is back',
    async (kind) => {
      const scene = make()
      const readers = scene.readers(40)
      scene.crm.rule = () => ({ does: 'fail', kind })
      await scene.start()
      const ids = await scene.bounceAll(readers)
      await scene.pass(30 * minute)
      expect(scene.toldOf('deadLetter')).toEqual([])
      expect(scene.rows(readers).flat()).toEqual([])
      expect(Math.max(...(await scene.notifications(ids)).map(({ attempts }) => attempts))).toBe(0)
      expect(scene.recorder.openBreakers()).toEqual(['main'])

      scene.crm.rule = () => null
      // The last ones are those that failed alone by their ill luck, and stepped aside.
      await scene.pass(5 * minute)
      expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
      expect(scene.recorder.openBreakers()).toEqual([])
      expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
    },
  )

  it('is asked about once a minute, by a small batch, and told of when it is back', async () => {
    const scene = make()
    const readers = scene.readers(40)
    scene.crm.rule = () => ({ does: 'fail', kind: 'unreachable' })
    await scene.start()
    await scene.bounceAll(readers)
    await scene.pass(30 * minute)
    scene.crm.calls.length = 0
    scene.told.length = 0
    await scene.pass(30 * minute)
    const probes = scene.crm.callsOf('findAddresses')
    expect(probes.length).toBeGreaterThan(20)
    expect(probes.length).toBeLessThan(80)
    expect(Math.max(...probes.map(({ length }) => length))).toBeLessThanOrEqual(10)
    scene.crm.rule = () => null
    await scene.pass(2 * minute)
    expect(scene.toldOf('breakerClosed')).toEqual([{ site: 'main' }])
  })

  it.each([
    ['429 for a read', 'findAddresses', 'overloaded'],
    ['503 for a bounce', 'recordBounces', 'maintenance'],
  ] as const)('is not called before the time that it asks for (%s)', async (_, call, kind) => {
    const scene = make()
    const readers = scene.readers(3)
    scene.crm.script(call, { does: 'fail', kind, retryAfterMs: 2 * minute })
    await scene.start()
    await scene.bounceAll(readers)
    await scene.settle()
    const calls = scene.crm.calls.length
    await scene.pass(2 * minute - 1)
    expect(scene.crm.calls).toHaveLength(calls)
    await scene.pass(minute)
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
  })

  it('does not keep another site waiting', async () => {
    const bad = civicrmSite('bad')
    const scene = make({ sites: [civicrmSite('main'), bad] })
    const [one, other] = scene.readers(2)
    scene.crm.rule = (call, items) =>
      call === 'findAddresses' && items.includes(other!.email) ? { does: 'hang' } : null
    await scene.start()
    await scene.accept(scene.about(other!), { site: 'bad' })
    await scene.accept(scene.about(one!))
    await scene.settle()
    expect(scene.rows([one!, other!])).toEqual([['Invalid'], []])
  })

  it('keeps the order of what waits for it', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    const types = ['Transient', 'Permanent', 'Undetermined']
    scene.crm.rule = () => ({ does: 'fail', kind: 'unreachable' })
    await scene.start()
    for (const bounceType of types) {
      await scene.accept(scene.about(reader!, { bounceType }))
      await scene.pass(7000)
    }
    scene.crm.rule = () => null
    await scene.pass(5 * minute)
    expect(scene.rows([reader!])).toEqual([['Relay', 'Invalid', 'Invalid']])
  })

  it('holds nothing in the ledger that was not to be called', async () => {
    const scene = make()
    const readers = scene.readers(3)
    scene.crm.script('recordBounces', { does: 'fail', kind: 'maintenance' })
    await scene.start()
    await scene.bounceAll(readers)
    await scene.settle()
    expect(await scene.effectStates()).toEqual(['planned', 'planned', 'planned'])
    await scene.pass(minute)
    expect(scene.rows(readers)).toEqual([['Invalid'], ['Invalid'], ['Invalid']])
  })
})

describe('a site that must be repaired', () => {
  it.each<CrmErrorKind>(['credential', 'permission', 'address', 'timeZone'])(
    'with "%s" is told of at once and left alone for long; nothing dies',
    async (kind) => {
      const scene = make()
      const readers = scene.readers(5)
      scene.crm.rule = () => ({ does: 'fail', kind, passes: false })
      await scene.start()
      const ids = await scene.bounceAll(readers)
      await scene.settle()
      expect(scene.toldOf('breakerOpened')).toMatchObject([{ site: 'main', needsRepair: true }])
      const calls = scene.crm.calls.length
      await scene.pass(minute)
      expect(scene.crm.calls).toHaveLength(calls)
      await scene.pass(4 * hour)
      expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'waiting'))
      scene.crm.rule = () => null
      await scene.pass(20 * minute)
      expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
    },
  )

  it('by its time zone is asked no more than once: it is no fault of one mail event', async () => {
    const scene = make()
    scene.crm.rule = () => ({ does: 'fail', kind: 'timeZone', passes: false })
    await scene.start()
    await scene.bounceAll(scene.readers(8))
    await scene.settle()
    expect(scene.crm.calls.filter(({ call }) => call === 'findAddresses')).toHaveLength(1)
    expect(scene.toldOf('breakerOpened')).toMatchObject([{ code: 'CIVICRM_TIME_ZONE', needsRepair: true }])
  })

  it('is tried at once with all that waits when its settings or its credential change', async () => {
    const scene = make()
    const readers = scene.readers(20)
    scene.crm.rule = () => ({ does: 'fail', kind: 'credential', passes: false })
    await scene.start()
    await scene.bounceAll(readers)
    await scene.settle()
    scene.crm.rule = () => null
    await scene.settings.saveSecret('main', 'apiKey', 'the right one')
    await scene.settle()
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
    expect(scene.crm.closed).toBe(1)
    expect(scene.toldOf('breakerClosed')).toHaveLength(1)
  })

  it('is tried at once with all that waits when a person says that it is repaired', async () => {
    const scene = make()
    const readers = scene.readers(20)
    scene.crm.rule = () => ({ does: 'fail', kind: 'permission', passes: false })
    await scene.start()
    await scene.bounceAll(readers)
    await scene.settle()
    expect(scene.recorder.resume('nobody')).toBe(false)
    expect(scene.recorder.resume('main')).toBe(true)
    await scene.settle()
    expect(scene.recorder.lanes()).toContainEqual(expect.objectContaining({ site: 'main', fault: expect.any(String) }))
    expect(scene.rows(readers)).toEqual(readers.map(() => []))

    scene.crm.rule = () => null
    await scene.settle()
    expect(scene.rows(readers)).toEqual(readers.map(() => []))
    scene.recorder.resume('main')
    await scene.settle()
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
    expect(scene.recorder.lanes()).toContainEqual(
      expect.objectContaining({ site: 'main', fault: null, notBefore: null }),
    )
    // What it knew of the site from before the repair is asked anew.
    expect(scene.crm.closed).toBe(2)
    expect(scene.toldOf('breakerClosed')).toHaveLength(2)
  })

  it('is tried at once when it was paused meanwhile, and is taken up again', async () => {
    const scene = make()
    const readers = scene.readers(3)
    scene.crm.rule = () => ({ does: 'fail', kind: 'permission', passes: false })
    await scene.start()
    await scene.bounceAll(readers)
    await scene.settle()
    scene.crm.rule = () => null
    await scene.settings.saveSite(civicrmSite('main', { mode: 'paused' }))
    await scene.settle()
    expect(scene.rows(readers)).toEqual(readers.map(() => []))
    await scene.settings.saveSite(civicrmSite('main'))
    await scene.settle()
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
  })

  it('keeps the order of a recipient whose call may still be running when its settings change', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    await scene.start()
    await scene.accept(scene.about(reader!, { bounceType: 'Transient' }))
    await scene.settle()
    await scene.accept(scene.about(reader!, { bounceType: 'Permanent' }))
    await scene.settings.saveSite(civicrmSite('main', { name: 'Renamed' }))
    await scene.pass(conclusiveMs - minute)
    expect(scene.rows([reader!])).toEqual([[]])
    await scene.pass(2 * minute)
    expect(scene.rows([reader!])).toEqual([['Relay', 'Invalid']])
  })

  it('does not find its CRM closed for a change that is none of its own', async () => {
    const scene = make()
    await scene.start()
    await scene.accept(scene.about(scene.reader()))
    await scene.settle()
    await scene.settings.saveSite(civicrmSite('other'))
    await scene.accept(scene.about(scene.reader()))
    await scene.settle()
    expect(scene.crm.closed).toBe(0)
  })
})

describe('a site that answers oddly', () => {
  it('with too few results is asked by a look what it did', async () => {
    const scene = make()
    const readers = scene.readers(3)
    scene.crm.script('recordBounces', { does: 'short' })
    await scene.start()
    await scene.bounceAll(readers)
    await scene.settle()
    expect(await scene.effectStates()).toEqual(['calling', 'calling', 'calling'])
    await scene.pass(20 * minute)
    expect(scene.rows(readers)).toEqual([['Invalid'], ['Invalid'], ['Invalid']])
    expect(scene.callSizes()).toEqual([3])
  })

  it('with every bounce of a request failing by itself is taken for down, and nothing dies', async () => {
    const scene = make()
    const readers = scene.readers(3)
    scene.crm.rule = (call) =>
      call === 'recordBounces'
        ? { does: 'each', say: () => ({ outcome: 'failed', retry: true, unknown: false, message: 'DB Error: lost' }) }
        : null
    await scene.start()
    const ids = await scene.bounceAll(readers)
    await scene.pass(3 * hour)
    expect(await scene.notificationStates(ids)).toEqual(['waiting', 'waiting', 'waiting'])
    expect(scene.toldOf('breakerOpened').length).toBeGreaterThan(0)
    scene.crm.rule = () => null
    await scene.pass(4 * hour)
    expect(scene.rows(readers)).toEqual([['Invalid'], ['Invalid'], ['Invalid']])
  })

  it('with a fault of its own program is looked at like any unknown answer', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    scene.crm.script('recordBounces', { does: 'throw', error: new TypeError('x is not a function') })
    await scene.start()
    await scene.accept(scene.about(reader!))
    await scene.pass(2 * conclusiveMs)
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })

  it('gets smaller requests after one that was too much, and larger ones again when they pass', async () => {
    const scene = make()
    const readers = scene.readers(100)
    scene.crm.script('recordBounces', { does: 'fail', kind: 'overloaded' })
    await scene.start()
    await scene.bounceAll(readers)
    await scene.pass(minute)
    expect(scene.callSizes()[0]).toBeGreaterThan(50)
    expect(Math.max(...scene.callSizes().slice(1))).toBe(Math.floor(scene.callSizes()[0]! / 2))
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
  })
})

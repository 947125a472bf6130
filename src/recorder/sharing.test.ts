import { afterEach, describe, expect, it } from 'vitest'
import { LeaseKeeper, defaultLeaseLimits } from '../leases/leaseKeeper.ts'
import { laneLease } from '../leases/leases.ts'
import type { FakeTime } from '../testing/fakeTime.ts'
import { MemoryLeases } from '../testing/memoryLeases.ts'
import { civicrmSite, conclusiveMs, type Reader, RecorderScene } from '../testing/recorderScene.ts'

const { leaseMs, roundMs } = defaultLeaseLimits
const siteIds = ['main', 'second', 'third', 'fourth'] as const

/** Two recorders, `life-1` and `life-2`, on one inbox and one ledger, each with a lease keeper of its own. */
class Shared {
  readonly scene: RecorderScene
  readonly keepers: LeaseKeeper[] = []
  #leases: MemoryLeases | null = null

  constructor() {
    this.scene = RecorderScene.make({
      sites: siteIds.map((id) => civicrmSite(id)),
      leases: (owner, timers) => {
        this.#leases ??= new MemoryLeases(this.scene.time)
        const onFault = (error: unknown): void => {
          throw error
        }
        const limits = defaultLeaseLimits
        const keeper = new LeaseKeeper({ leases: this.#leases, owner, clock: this.time, timers, limits, onFault })
        this.keepers.push(keeper)
        void keeper.start()
        return keeper
      },
    })
  }

  /** From now on the database takes so long to answer who holds what. */
  delayLeases(ms: number): void {
    const leases = this.#leases!
    const live = leases.live.bind(leases)
    leases.live = async (owner, leaseMs) => {
      await new Promise<void>((resolve) => {
        this.time.after(ms, resolve)
      })
      return live(owner, leaseMs)
    }
  }

  get time(): FakeTime {
    return this.scene.time
  }

  /** Sites whose lanes an instance works on. */
  lanes(instance: number): readonly string[] {
    return siteIds.filter((id) => this.keepers[instance]?.standing(laneLease(id)) === 'held')
  }

  /** Who has made the calls of a site's effects, by the names of the calls. */
  async callers(site: string): Promise<ReadonlySet<string>> {
    const effects = (await this.scene.events({ site })).flatMap((event) => event.effects)
    return new Set(effects.map(({ callId }) => callId?.split('/')[0] ?? ''))
  }

  async bounce(site: string, reader: Reader): Promise<number> {
    return this.scene.accept(this.scene.about(reader), { site })
  }
}

const open: Shared[] = []
afterEach(async () => {
  for (const { scene } of open.splice(0)) await scene[Symbol.asyncDispose]()
})

/** Two that have shared the lanes out. */
async function startTwo(): Promise<Shared> {
  const shared = new Shared()
  open.push(shared)
  await shared.scene.start()
  await shared.scene.settle()
  await shared.scene.start()
  await shared.scene.pass(roundMs)
  return shared
}

describe('recorders that share an inbox', () => {
  it('work on lanes of their own, and leave none out', async () => {
    const shared = await startTwo()
    const [one, two] = [shared.lanes(0), shared.lanes(1)]
    expect([...one, ...two].toSorted()).toEqual([...siteIds].toSorted())
    expect(one.length * two.length).toBeGreaterThanOrEqual(3)
    for (const site of siteIds) await shared.bounce(site, shared.scene.reader())
    await shared.scene.settle()
    for (const site of one) expect(await shared.callers(site)).toEqual(new Set(['life-1']))
    for (const site of two) expect(await shared.callers(site)).toEqual(new Set(['life-2']))
    expect(await shared.scene.effectStates()).toEqual(siteIds.map(() => 'done'))
  })

  it('hand a lane over only when the call under way has ended', async () => {
    const shared = new Shared()
    open.push(shared)
    const { scene } = shared
    await scene.start()
    await scene.settle()
    const readers = scene.readers(siteIds.length)
    for (const [index, site] of siteIds.entries()) {
      scene.crm.script('recordBounces', { does: 'slow', ms: 20_000 })
      await shared.bounce(site, readers[index]!)
    }
    await scene.settle()
    await scene.start()
    await scene.pass(10_000)
    expect(shared.lanes(1)).toEqual([])
    const later = scene.readers(siteIds.length)
    for (const [index, site] of siteIds.entries()) await shared.bounce(site, later[index]!)
    await scene.pass(20_000)
    expect(shared.lanes(1)).not.toEqual([])
    expect(await scene.effectStates()).toEqual(Array.from({ length: 8 }, () => 'done'))
    expect(scene.rows([...readers, ...later])).toEqual(Array.from({ length: 8 }, () => ['Invalid']))
    for (const site of shared.lanes(1)) expect(await shared.callers(site)).toEqual(new Set(['life-1', 'life-2']))
  })

  it.each(['at once', 'after a while'])('take up again a site that was removed and comes back %s', async (when) => {
    const shared = await startTwo()
    const { scene } = shared
    // A lane without work has ended before the database has answered anybody.
    shared.delayLeases(20)
    for (const site of siteIds) {
      await scene.settings.removeSite(site)
      if (when === 'after a while') await scene.pass(4 * leaseMs)
      await scene.settings.saveSite(civicrmSite(site))
      await scene.pass(4 * leaseMs)
      await shared.bounce(site, scene.reader())
      await scene.settle()
    }
    expect([...shared.lanes(0), ...shared.lanes(1)].toSorted()).toEqual([...siteIds].toSorted())
    expect(await scene.effectStates()).toEqual(siteIds.map(() => 'done'))
  })

  it('take over at once from one that stops', async () => {
    const shared = await startTwo()
    await shared.scene.recorder.stop(0)
    await shared.keepers[1]!.stop()
    await shared.scene.settle()
    expect(shared.lanes(0)).toEqual(siteIds)
    for (const site of siteIds) await shared.bounce(site, shared.scene.reader())
    await shared.scene.settle()
    expect(await shared.scene.effectStates()).toEqual(siteIds.map(() => 'done'))
  })

  it('take over what one left that was suspended within a call, wait for its end, and double nothing', async () => {
    const shared = await startTwo()
    const { scene } = shared
    const site = shared.lanes(1)[0]!
    const reader = scene.reader()
    scene.crm.script('recordBounces', { does: 'slow', ms: conclusiveMs / 2 })
    await shared.bounce(site, reader)
    await scene.settle()
    const begunAt = scene.time.now()
    scene.abandon()
    // A later event of the same recipient must not overtake the one that is being called.
    const complaint = await scene.accept(scene.about(reader, { kind: 'Complaint' }), { site })
    await scene.pass(leaseMs + roundMs)
    expect(shared.lanes(0)).toEqual(siteIds)
    expect(scene.callSizes()).toEqual([1])
    expect(await scene.notification(complaint)).toMatchObject({ state: 'waiting' })
    await scene.pass(conclusiveMs - (scene.time.now() - begunAt) - 1)
    expect(scene.callSizes()).toEqual([1])
    await scene.pass(60_000)
    expect(scene.rows([reader])).toEqual([['Invalid', 'Spam']])
    expect(await scene.effectStates()).toEqual(['done', 'done', 'done'])
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeTime, turns } from '../testing/fakeTime.ts'
import { MemoryLeases } from '../testing/memoryLeases.ts'
import { describeLeases } from './conformance.ts'
import { LeaseKeeper } from './leaseKeeper.ts'
import { leaderLease } from './leases.ts'

describeLeases('memory', async () => {
  const time = new FakeTime()
  const leases = new MemoryLeases(time)
  return { leases, others: leases, pass: async (ms) => time.advance(ms), heard: turns, close: async () => undefined }
})

const limits = { leaseMs: 15_000, roundMs: 4000 }
const lanes = Array.from({ length: 7 }, (_, index) => `lane/${index}`)

/** Instances in one time, each with timers that can stop as those of a suspended process do. */
class Scene {
  readonly time = new FakeTime()
  readonly leases = new MemoryLeases(this.time)
  readonly faults: unknown[] = []

  async start(owner: string): Promise<Instance> {
    const instance = new Instance(this, owner)
    instance.keeper.share(lanes)
    await instance.keeper.start()
    await turns()
    return instance
  }
}

class Instance {
  readonly keeper: LeaseKeeper
  suspended = false
  /** Whether what is given up has been worked to its end at once. */
  ends = true

  constructor({ time, leases, faults }: Scene, owner: string) {
    const after = (ms: number, callback: () => void): (() => void) =>
      time.after(ms, () => {
        if (!this.suspended) callback()
      })
    const onFault = (error: unknown): void => void faults.push(error)
    this.keeper = new LeaseKeeper({
      leases,
      owner,
      clock: time,
      timers: { after, elapsed: () => time.elapsed() },
      limits,
      onFault,
    })
    const had = new Set<string>()
    this.keeper.onChange(() => {
      for (const name of lanes) {
        if (this.keeper.standing(name) !== 'gone') had.add(name)
        else if (this.ends && had.delete(name)) void this.keeper.ended(name)
      }
    })
  }

  held(standing = 'held'): readonly string[] {
    return lanes.filter((name) => this.keeper.standing(name) === standing)
  }

  get leads(): boolean {
    return this.keeper.standing(leaderLease) === 'held'
  }
}

describe('an instance among others', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => {
    if (scene.faults.length > 0) throw new AggregateError(scene.faults, 'a keeper met faults')
  })

  it('has everything while it is alone, and gives half to the next one', async () => {
    const one = await scene.start('one')
    expect(one.held()).toEqual(lanes)
    expect(one.leads).toBe(true)
    const two = await scene.start('two')
    await scene.time.advance(limits.roundMs)
    expect(one.held()).toHaveLength(4)
    expect([...one.held(), ...two.held()].toSorted()).toEqual(lanes)
    expect([one.leads, two.leads]).toEqual([true, false])
  })

  it('keeps what it gives up from the next one until the work under it has ended', async () => {
    const one = await scene.start('one')
    one.ends = false
    const two = await scene.start('two')
    await scene.time.advance(3 * limits.leaseMs)
    expect(one.held()).toHaveLength(4)
    expect(two.held()).toEqual([])
    for (const name of one.held('gone')) await one.keeper.ended(name)
    await turns()
    expect([...one.held(), ...two.held()].toSorted()).toEqual(lanes)
  })

  it('knows how long ago it spoke, whatever is done to the clock', async () => {
    const one = await scene.start('one')
    await scene.time.advance(limits.roundMs - 1)
    one.suspended = true
    scene.time.setClock(-86_400_000)
    expect(one.held()).toEqual(lanes)
    await scene.time.advance(limits.leaseMs)
    expect(one.held('doubtful')).toEqual(lanes)
  })

  it('begins nothing new until its next word where the clock went forward: so long the machine may have slept', async () => {
    const one = await scene.start('one')
    scene.time.setClock(86_400_000)
    expect(one.held('doubtful')).toEqual(lanes)
    await scene.time.advance(limits.roundMs)
    expect(one.held()).toEqual(lanes)
  })

  it('leaves no timer behind where it is stopped in the middle of a round', async () => {
    const one = await scene.start('one')
    const { promise, resolve } = Promise.withResolvers<void>()
    const live = scene.leases.live.bind(scene.leases)
    scene.leases.live = async (owner, ms) => {
      await promise
      return live(owner, ms)
    }
    await scene.time.advance(limits.roundMs)
    const stopped = one.keeper.stop()
    resolve()
    await stopped
    expect(scene.time.timers).toEqual([])
    expect(await scene.leases.roll()).toEqual({ instances: [], holders: new Map() })
  })

  it('takes over at once what another gives back when it stops', async () => {
    const one = await scene.start('one')
    const two = await scene.start('two')
    await scene.time.advance(limits.roundMs)
    await one.keeper.stop()
    await turns()
    expect(two.held()).toEqual(lanes)
    expect(two.leads).toBe(true)
    expect(one.held()).toEqual([])
  })

  it('takes over what another held that has died, as soon as its lease is over', async () => {
    const one = await scene.start('one')
    const two = await scene.start('two')
    await scene.time.advance(limits.roundMs)
    one.suspended = true
    await scene.time.advance(limits.leaseMs - limits.roundMs - 1)
    expect(two.held()).toHaveLength(3)
    await scene.time.advance(limits.roundMs + 200)
    expect(two.held()).toEqual(lanes)
    expect(two.leads).toBe(true)
  })

  it('that was suspended knows when it wakes up that its leases are doubtful, and then that they are gone', async () => {
    const one = await scene.start('one')
    const two = await scene.start('two')
    await scene.time.advance(limits.roundMs)
    one.suspended = true
    await scene.time.advance(2 * limits.leaseMs)
    expect(one.held()).toEqual([])
    expect(one.held('doubtful')).toHaveLength(4)
    one.suspended = false
    // Whatever wakes it, it asks before anything else.
    one.keeper.share([...lanes].toReversed())
    await turns()
    expect([...one.held(), ...two.held()].toSorted()).toEqual(lanes)
    expect([one.leads, two.leads]).toEqual([false, true])
  })

  it('begins nothing while the database is away for longer than a lease, and goes on when it is back', async () => {
    const one = await scene.start('one')
    let changes = 0
    one.keeper.onChange(() => (changes += 1))
    scene.leases.fault = new Error('the database is away')
    await scene.time.advance(limits.leaseMs)
    expect(one.held('doubtful')).toEqual(lanes)
    expect(changes).toBe(1)
    scene.leases.fault = null
    await scene.time.advance(limits.roundMs)
    expect(one.held()).toEqual(lanes)
    expect(scene.faults.splice(0).length).toBeGreaterThan(2)
  })

  it('shares out lanes that come, and lets go of those that are no longer there', async () => {
    const one = await scene.start('one')
    one.keeper.share(lanes.slice(0, 2))
    await turns()
    expect(one.held()).toEqual(lanes.slice(0, 2))
    one.keeper.share(lanes)
    await turns()
    expect(one.held()).toEqual(lanes)
  })
})

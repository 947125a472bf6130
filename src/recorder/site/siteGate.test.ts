import * as fc from 'fast-check'
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { FakeTime, turns } from '../../testing/fakeTime.ts'
import { type GateLimits, type Permit, SiteGate } from './siteGate.ts'

/** Calls that want to pass a gate, and the moments at which they did. */
class Scene {
  readonly time = new FakeTime(0)
  readonly gate: SiteGate
  readonly passedAt: number[] = []
  readonly permits: Permit[] = []
  readonly giveUp = new AbortController()

  constructor(limits: Partial<GateLimits>) {
    this.gate = new SiteGate({ requestsAtOnce: 16, requestsPerSecond: null, ...limits }, this.time, this.time)
  }

  async want(calls: number): Promise<void> {
    for (let call = 0; call < calls; call += 1) void this.#pass()
    await turns()
  }

  async #pass(): Promise<void> {
    const permit = await this.gate.enter(this.giveUp.signal)
    this.passedAt.push(this.time.now())
    this.permits.push(permit)
  }
}

describe('the gate of a site', () => {
  it('lets so many calls pass at once, and the next one when one has ended', async () => {
    const scene = new Scene({ requestsAtOnce: 2 })
    await scene.want(4)
    expect(scene.permits).toHaveLength(2)
    const [first] = scene.permits
    first?.leave()
    first?.leave()
    await turns()
    expect(scene.permits).toHaveLength(3)
  })

  it('never lets more pass than may, and in the order in which they came, whatever comes between', async () => {
    const step = fc.constantFrom('come', 'leave', 'leave', 'wake')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 40 }), async (most, steps) => {
        const { gate, giveUp } = new Scene({ requestsAtOnce: most })
        const inside: Permit[] = []
        const passed: number[] = []
        let [came, left, highest] = [0, 0, 0]
        const come = async (number: number): Promise<void> => {
          const permit = await gate.enter(giveUp.signal)
          passed.push(number)
          highest = Math.max(highest, inside.push(permit))
        }
        const leave = (): void => {
          const permit = inside.shift()
          if (permit === undefined) return
          left += 1
          permit.leave()
        }
        for (const what of steps) {
          if (what === 'come') void come((came += 1))
          else if (what === 'leave') leave()
          else await Promise.resolve()
        }
        await turns()
        expect(passed).toHaveLength(Math.min(came, left + most))
        while (inside.length > 0) {
          leave()
          await turns()
        }
        expect(highest).toBeLessThanOrEqual(most)
        expect(passed).toEqual(Array.from({ length: came }, (_, index) => index + 1))
        expect(getEventListeners(giveUp.signal, 'abort')).toEqual([])
      }),
    )
  })

  it('lets so many pass in a second, evenly', async () => {
    const scene = new Scene({ requestsPerSecond: 4 })
    await scene.want(4)
    await scene.time.advance(2000)
    expect(scene.passedAt).toEqual([0, 250, 500, 750])
  })

  it('counts every request that a call takes, the first one with its permit', async () => {
    const scene = new Scene({ requestsPerSecond: 1 })
    await scene.want(1)
    for (let request = 0; request < 3; request += 1) scene.gate.requested()
    await scene.want(1)
    await scene.time.advance(5000)
    expect(scene.passedAt).toEqual([0, 3000])
  })

  it('is not shut for an hour by a clock that was set back by one', async () => {
    const scene = new Scene({ requestsPerSecond: 1 })
    await scene.time.advance(3_600_000)
    await scene.want(1)
    const now = scene.time.now.bind(scene.time)
    scene.time.now = () => now() - 3_600_000
    await scene.want(1)
    await scene.time.advance(1000)
    expect(scene.permits).toHaveLength(2)
  })

  it('lets everybody pass when all is to end', async () => {
    const scene = new Scene({ requestsAtOnce: 1, requestsPerSecond: 0.1 })
    await scene.want(3)
    expect(scene.permits).toHaveLength(1)
    scene.giveUp.abort()
    await turns()
    expect(scene.permits).toHaveLength(3)
    expect(getEventListeners(scene.giveUp.signal, 'abort')).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { turns as runOn } from '../testing/fakeTime.ts'
import { type Turn, Turns } from './turns.ts'

/** Lanes that want to work, and the order in which they came to it. */
class Scene {
  readonly turns: Turns
  readonly order: string[] = []
  readonly #at = new Map<string, Turn>()

  constructor(places: number) {
    this.turns = new Turns(places)
  }

  async want(...lanes: readonly string[]): Promise<void> {
    for (const lane of lanes) {
      void this.#begin(lane)
    }
    await runOn()
  }

  async #begin(lane: string): Promise<void> {
    const turn = await this.turns.begin(lane)
    this.order.push(lane)
    this.#at.set(lane, turn)
  }

  turn(lane: string): Turn {
    const turn = this.#at.get(lane)
    if (turn === undefined) throw new Error(`${lane} is not at work`)
    return turn
  }

  async end(lane: string, served = true): Promise<void> {
    this.turn(lane).end({ served })
    this.#at.delete(lane)
    await runOn()
  }
}

describe('turns of lanes', () => {
  it('let only so many work at the same time', async () => {
    const scene = new Scene(2)
    await scene.want('a', 'b', 'c', 'd')
    expect([scene.order, scene.turns.waiting]).toEqual([['a', 'b'], 2])
    await scene.end('b')
    expect([scene.order, scene.turns.waiting]).toEqual([['a', 'b', 'c'], 1])
  })

  it('come first to the lane whose last batch is longest ago, however often another one asks', async () => {
    const scene = new Scene(1)
    await scene.want('large')
    for (const small of ['one', 'two']) {
      await scene.end('large')
      await scene.want('busy', 'large', small)
      await scene.end('busy')
      await scene.end(small)
    }
    expect(scene.order).toEqual(['large', 'busy', 'one', 'large', 'busy', 'two', 'large'])
  })

  it('are as they were after one in which nothing was there to be done', async () => {
    const scene = new Scene(1)
    await scene.want('idle')
    await scene.end('idle', false)
    await scene.want('a', 'b', 'idle')
    await scene.end('a')
    expect(scene.order).toEqual(['idle', 'a', 'b'])
    await scene.want('a')
    await scene.end('b')
    expect(scene.order.at(-1)).toBe('idle')
  })

  it('leave the place to others while the site is being asked, and come back into line with the old rank', async () => {
    const scene = new Scene(1)
    await scene.want('asking')
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    const answers: string[] = []
    const ask = async ({ promise }: PromiseWithResolvers<string>): Promise<void> => {
      answers.push(await scene.turn('asking').aside(async () => promise))
    }
    void ask(first)
    void ask(second)
    await scene.want('a', 'b')
    await scene.end('a')
    await scene.want('a')
    expect(scene.order).toEqual(['asking', 'a', 'b'])

    first.resolve('one')
    second.resolve('two')
    await runOn()
    // The last of the two answers waits for a place: `a` has had one since.
    expect(answers).toEqual(['one'])
    await scene.end('b')
    expect([answers, scene.order]).toEqual([
      ['one', 'two'],
      ['asking', 'a', 'b'],
    ])
    await scene.end('asking')
    expect(scene.order.at(-1)).toBe('a')
  })

  it('go on after a wait that failed', async () => {
    const scene = new Scene(1)
    await scene.want('a')
    const failed = scene.turn('a').aside(async () => Promise.reject(new Error('no answer')))
    await expect(failed).rejects.toThrow('no answer')
    await scene.want('b')
    expect(scene.order).toEqual(['a'])
    await scene.end('a')
    expect(scene.order).toEqual(['a', 'b'])
  })
})

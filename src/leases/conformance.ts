import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Leases } from './leases.ts'

export interface LeasesBench {
  readonly leases: Leases
  /** As another instance sees the same database. */
  readonly others: Leases
  /** Lets the clock of the leases pass. */
  pass(ms: number): Promise<void>
  /** Resolves when what was told before has been heard by every instance. */
  heard(): Promise<void>
  close(): Promise<void>
}

/** No machine is so busy that they pass by themselves: only `pass` lets them. */
const short = 60_000
const long = 10 * short

/** What all leases must do, wherever they are kept. */
export function describeLeases(name: string, open: () => Promise<LeasesBench>): void {
  describe(`leases in ${name}`, () => {
    let bench: LeasesBench
    let leases: Leases
    beforeEach(async () => {
      bench = await open()
      leases = bench.leases
    })
    afterEach(async () => bench.close())

    const holders = async (): Promise<Readonly<Record<string, string>>> =>
      Object.fromEntries((await leases.roll()).holders)
    const living = async (): Promise<readonly string[]> => (await leases.roll()).instances.map(({ owner }) => owner)

    it('are held by one instance at a time, and go to nobody else while it lives', async () => {
      await leases.live('one', long)
      await bench.others.live('two', long)
      expect(await leases.take('one', ['a', 'b'])).toEqual(['a', 'b'])
      expect(await bench.others.take('two', ['a', 'b', 'c'])).toEqual(['c'])
      expect(await holders()).toEqual({ a: 'one', b: 'one', c: 'two' })
      expect(await leases.take('one', ['a', 'c'])).toEqual(['a'])
    })

    it('are taken by one alone of several that reach for them at the same time', async () => {
      await Promise.all([leases.live('one', long), bench.others.live('two', long)])
      const names = Array.from({ length: 20 }, (_, index) => `lane/${index}`)
      const [one, two] = await Promise.all([leases.take('one', names), bench.others.take('two', names.toReversed())])
      expect([...one, ...two].toSorted()).toEqual(names.toSorted())
    })

    it('are given to the living only', async () => {
      expect(await leases.take('one', ['a'])).toEqual([])
      await leases.live('one', short)
      await bench.pass(short + 1)
      expect(await leases.take('one', ['a'])).toEqual([])
      expect(await holders()).toEqual({})
    })

    it('can be taken over when their instance has not lived for as long as it said', async () => {
      await leases.live('one', short)
      await leases.take('one', ['a', 'b'])
      await bench.others.live('two', long)
      expect(await bench.others.take('two', ['a'])).toEqual([])
      await bench.pass(short + 1)
      expect(await living()).toEqual(['two'])
      expect(await holders()).toEqual({})
      expect(await bench.others.take('two', ['a'])).toEqual(['a'])
      const back = await leases.live('one', long)
      expect(Object.fromEntries(back.holders)).toEqual({ a: 'two', b: 'one' })
      expect(await leases.take('one', ['a', 'b'])).toEqual(['b'])
    })

    it('stay for longer with every word', async () => {
      await leases.live('one', short)
      await leases.take('one', ['a'])
      await bench.others.live('two', long)
      for (let round = 0; round < 3; round += 1) {
        await bench.pass(short / 2)
        const { instances } = await leases.live('one', short)
        const own = instances.find(({ owner }) => owner === 'one')
        expect(own?.msLeft).toBeGreaterThan(short / 2)
        expect(own?.msLeft).toBeLessThanOrEqual(short)
      }
      expect(await bench.others.take('two', ['a'])).toEqual([])
    })

    it('are given back by their owner only', async () => {
      await leases.live('one', long)
      await bench.others.live('two', long)
      await leases.take('one', ['a', 'b'])
      await bench.others.giveBack('two', ['a', 'b'])
      expect(await holders()).toEqual({ a: 'one', b: 'one' })
      await leases.giveBack('one', ['a'])
      expect(await bench.others.take('two', ['a', 'b'])).toEqual(['a'])
    })

    it('are all given back by an instance that leaves', async () => {
      await leases.live('one', long)
      await bench.others.live('two', long)
      await leases.take('one', ['a', 'b'])
      await leases.leave('one')
      expect(await living()).toEqual(['two'])
      expect(await bench.others.take('two', ['a', 'b'])).toEqual(['a', 'b'])
    })

    it('tell every instance when one comes, gives back and leaves, and not when one only lives on', async () => {
      let told = 0
      const end = bench.others.onChange(() => (told += 1))
      const tells = async (work: () => Promise<unknown>): Promise<boolean> => {
        const before = told
        await work()
        await bench.heard()
        return told > before
      }
      expect(await tells(async () => leases.live('one', long))).toBe(true)
      expect(await tells(async () => leases.live('one', long))).toBe(false)
      await leases.take('one', ['a'])
      expect(await tells(async () => leases.giveBack('one', ['a']))).toBe(true)
      expect(await tells(async () => leases.leave('one'))).toBe(true)
      end()
      expect(await tells(async () => leases.live('one', long))).toBe(false)
    })
  })
}

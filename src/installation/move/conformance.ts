import { afterEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { MakePlace, TestPlace } from '../../testing/installationPlaces.ts'
import { contentOf, InstallationWriter, lastIdsOf } from '../../testing/installationWriter.ts'
import type { Place } from '../place.ts'
import { type MoveOptions, moveInstallation, type MoveReport } from './move.ts'
import { emptyLeftPlace, giveUpMove, planMove, takeBack } from './plan.ts'

export interface MoveCase {
  readonly from: MakePlace
  readonly to: MakePlace
  /** At how many moments it is broken off. */
  readonly breaks: number
}

/** What must hold of a move, from and to whatever engine. */
export function describeMove(name: string, { from: makeFrom, to: makeTo, breaks }: MoveCase): void {
  describe(`moving from ${name}`, () => {
    interface Scene {
      readonly from: TestPlace
      readonly to: TestPlace
      readonly writer: InstallationWriter
      /** Of what FROM holds. */
      readonly content: () => ReturnType<typeof contentOf>
    }

    const places: TestPlace[] = []
    afterEach(async () => {
      for (const place of places.splice(0)) await place[Symbol.asyncDispose]()
    })

    async function scene(rows = 4, seed = 'move'): Promise<Scene> {
      const [from, to] = [await makeFrom(), await makeTo()]
      places.push(from, to)
      const writer = new InstallationWriter(from.execute, seed)
      await writer.fill(rows)
      return {
        from,
        to,
        writer,
        content: async () => contentOf(await from.open()),
      }
    }

    async function move(
      { from, to }: Scene,
      more: Partial<MoveOptions> & { readonly wrap?: (place: Place) => Place } = {},
    ): Promise<MoveReport> {
      const { wrap = (place: Place): Place => place, ...options } = more
      const places = [await from.open(), await to.openEmpty()] as const
      try {
        return await moveInstallation({
          from: wrap(places[0]),
          to: wrap(places[1]),
          until: 'moved',
          clock: { now: () => 1_700_000_000_000 },
          pause: async () => undefined,
          elapsed: () => performance.now(),
          signal: new AbortController().signal,
          onProgress: () => undefined,
          limits: { leastRestMs: 0, mostRestMs: 0, cutOverMs: 60_000 },
          ...options,
        })
      } finally {
        for (const place of places) await place.close()
      }
    }

    /** Everything arrived, once, and exactly the new place is home. */
    async function expectMoved({ from, to, content }: Scene): Promise<void> {
      const [left, home] = [await from.open(), await to.open()]
      expect(await contentOf(home)).toEqual(await content())
      expect(await lastIdsOf(home)).toEqual(await lastIdsOf(left))
      expect(await home.look(async (look) => look.note('arrival'))).toBeNull()
      expect(await left.look(async (look) => look.note('moved'))).not.toBeNull()
      expect(await home.look(async (look) => look.note('id'))).toBe(await left.look(async (look) => look.note('id')))
      expect(await home.examine()).toEqual([])
    }

    it('carries every table over, with ids that are never given out again', async () => {
      const here = await scene(12)
      await here.from.execute('DELETE FROM mailing_bounce')
      const report = await move(here)
      expect(report.state).toBe('moved')
      for (const { from, to } of report.tables) expect(to).toBe(from)
      expect(report.tables.find(({ table }) => table === 'notification')?.rows).toBe(12)
      await expectMoved(here)
      // References are watched again.
      await here.to.execute('DELETE FROM mail_event')
      expect((await contentOf(await here.to.open()))['effect']).toEqual([])
    })

    it('follows what changes while it is under way', async () => {
      const here = await scene(6, 'busy')
      let looks = 0
      const busy = (place: Place): Place =>
        wrapped(place, async (act, during) => {
          if (act === 'look') looks += 1
          if (act === 'look' && looks < 60) await here.writer.change(8)
          return during()
        })
      // Few rows at a time, so that there are many moments.
      const limits = { leastRestMs: 0, mostRestMs: 0, cutOverMs: 60_000, mostRows: 2, lookMs: 0 }
      const report = await move(here, { wrap: busy, limits })
      expect(report.state).toBe('moved')
      expect(looks).toBeGreaterThan(30)
      await expectMoved(here)
    })

    it('can be broken off at any moment and run again, with one home at each', { timeout: 120_000 }, async () => {
      let moments = 0
      const counted = await scene(2)
      await move(counted, { wrap: (place) => wrapped(place, async (_act, during) => ((moments += 1), during())) })
      const step = Math.max(1, Math.floor((2 * moments) / breaks))
      for (let chosen = 0; chosen < 2 * moments; chosen += step) {
        const here = await scene(2)
        let moment = 0
        const breaksOff = (place: Place): Place =>
          wrapped(place, async (_act, during) => {
            moment += 1
            if (moment * 2 === chosen) throw new Error('broken off before')
            const result = await during()
            if (moment * 2 + 1 === chosen) throw new Error('broken off after')
            return result
          })
        const first = await move(here, { wrap: breaksOff }).catch((error: unknown) => error)
        const isLeft = await noteOf(here.from, 'moved')
        const written = await here.from.execute(`DELETE FROM site`).then(
          () => true,
          () => false,
        )
        // Once the old place is left, nobody writes there any more.
        expect(written).toBe(isLeft === null)
        if (written) await here.writer.change(5)
        if (first instanceof Error) await move(here)
        await expectMoved(here)
      }
    })

    it('stops before the cut-over if that is wished, and the next run does the rest', async () => {
      const here = await scene(3)
      expect(await move(here, { until: 'caughtUp' })).toMatchObject({ state: 'following', cutOverMs: null })
      await here.writer.change(20)
      expect(await noteOf(here.from, 'moved')).toBeNull()
      const carried: number[] = []
      await move(here, { onProgress: ({ written }) => carried.push(written) })
      expect(Math.max(...carried)).toBeLessThan(40)
      await expectMoved(here)
      // A third one has nothing to do.
      expect((await move(here)).state).toBe('moved')
    })

    it('asks for rest before the cut-over, and takes the asking back with it', async () => {
      const here = await scene(1)
      await here.from.execute(`UPDATE effect SET state = 'calling'`)
      const asked: (string | null)[] = []
      await move(here, {
        limits: { leastRestMs: 0, mostRestMs: 5000, cutOverMs: 60_000 },
        pause: async () => {
          asked.push(await noteOf(here.from, 'departure'))
          await here.from.execute(`UPDATE effect SET state = 'done' WHERE state = 'calling'`)
        },
      })
      // It waits until no call is under way, and no longer.
      expect(asked).toEqual([JSON.stringify({ until: 1_700_000_000_000 + 65_000 })])
      expect(await noteOf(here.from, 'departure')).toBeNull()
    })

    it('refuses a place that holds an installation, or to which another one is on its way', async () => {
      const here = await scene(1)
      await new InstallationWriter(here.to.execute).fill(1)
      await expect(move(here)).rejects.toMatchObject({ code: 'MOVE_TARGET_TAKEN' })
      expect(await noteOf(here.from, 'moved')).toBeNull()

      const other = await scene(1)
      const third = await scene(1, 'third')
      await move({ ...other, to: third.to }, { until: 'caughtUp' })
      await expect(move(third)).rejects.toMatchObject({ code: 'MOVE_TARGET_TAKEN' })
    })

    it('does not cut over where the new place holds something else than was carried', async () => {
      const here = await scene(3)
      await move(here, { until: 'caughtUp' })
      await here.to.execute(`DELETE FROM sighting`)
      await expect(move(here)).rejects.toMatchObject({ code: 'MOVE_DIFFERS' })
      expect(await noteOf(here.from, 'moved')).toBeNull()
      await here.from.execute(`DELETE FROM site`)
    })

    it('lets the old place go on where the cut-over took too long', async () => {
      const here = await scene(2)
      const content = await here.content()
      const limits = { leastRestMs: 0, mostRestMs: 0, cutOverMs: -1 }
      await expect(move(here, { limits })).rejects.toMatchObject({ code: 'MOVE_CUT_OVER_LATE' })
      expect(await noteOf(here.from, 'moved')).toBeNull()
      expect(await here.content()).toEqual(content)
      await here.writer.change(5)
      await move(here)
      await expectMoved(here)
    })

    it('puts the cut-over off where the new place hangs, lets others write, and counts that time too', async () => {
      const here = await scene(2)
      const cutOverMs = 8000
      let now = 0
      let attempts = 0
      let written = false
      const source = (place: Place): Place =>
        wrapped(place, async (act, during) => {
          if (act === 'look' && attempts === 1 && !written) {
            written = true
            await here.writer.change(5)
          }
          return during()
        })
      const target = (place: Place): Place => {
        let limit: number | null = null
        return {
          ...wrapped(place, async (act, during) => {
            if (limit === null || act !== 'change' || attempts > 1) return during()
            // It hangs until the limit is over, whatever was said of the time that a statement may take.
            now += limit + 1
            throw new GatewayError('STORAGE_UNAVAILABLE', 'broken off')
          }),
          limit: (ms) => {
            attempts += 1
            limit = ms
            return () => (limit = null)
          },
        }
      }
      const sides = [source, target]
      const report = await move(here, {
        wrap: (place) => sides.shift()?.(place) ?? place,
        elapsed: () => now,
        limits: { leastRestMs: 0, mostRestMs: 0, cutOverMs },
      })
      expect(report).toMatchObject({ state: 'moved', cutOverMs: cutOverMs + 1 })
      expect([attempts, written]).toEqual([2, true])
      await expectMoved(here)
    })

    it('says for how long nobody could write where the new place hangs each time', async () => {
      const here = await scene(1)
      let now = 0
      const hanging = (place: Place): Place =>
        wrapped(place, async (act, during) => {
          if (act !== 'alone') return during()
          now += 2001
          throw new GatewayError('STORAGE_UNAVAILABLE', 'broken off')
        })
      const limits = { leastRestMs: 0, mostRestMs: 0, cutOverMs: 2000 }
      await expect(move(here, { wrap: hanging, elapsed: () => now, limits })).rejects.toMatchObject({
        code: 'MOVE_CUT_OVER_LATE',
        message: expect.stringContaining('in 5 attempts nobody could write for 10.0 s'),
      })
      expect(await noteOf(here.from, 'moved')).toBeNull()
      await here.writer.change(5)
    })

    it('gives way to a run that was begun later', async () => {
      const here = await scene(2)
      let looks = 0
      const overtaken = move(here, {
        until: 'caughtUp',
        limits: { lookMs: 0 },
        wrap: (place) =>
          wrapped(place, async (act, during) => {
            if (act === 'look') looks += 1
            const result = await during()
            if (looks === 8) {
              looks += 1
              await here.to.execute(
                `UPDATE installation SET value = replace(value, '"run":"', '"run":"other ') WHERE name = 'arrival'`,
              )
            }
            return result
          }),
      })
      await expect(overtaken).rejects.toMatchObject({ code: 'MOVE_OVERTAKEN' })
    })

    it('is given up without a trace, or taken back after it', async () => {
      const here = await scene(2)
      const content = await here.content()
      await move(here, { until: 'caughtUp' })
      let [from, to] = [await here.from.open(), await here.to.openEmpty()]
      await giveUpMove(from, to)
      expect((await contentOf(to))['notification']).toEqual([])
      expect(await here.content()).toEqual(content)
      await here.writer.change(10)
      expect(await from.look(async (look) => look.changes(10))).toEqual([])
      await from.close()
      await to.close()

      await move(here)
      ;[from, to] = [await here.from.open(), await here.to.openEmpty()]
      await expect(giveUpMove(from, to)).rejects.toMatchObject({ code: 'STORAGE_MOVED' })
      expect(await takeBack(from)).toBe(true)
      expect(await takeBack(from)).toBe(false)
      await here.writer.change(5)
    })

    it('comes back to the place that it left, once that is emptied', async () => {
      const here = await scene(2)
      await move(here)
      const back = { ...here, from: here.to, to: here.from }
      await expect(move(back)).rejects.toMatchObject({ code: 'MOVE_TARGET_TAKEN' })
      const [home, left] = [await here.to.open(), await here.from.openEmpty()]
      await expect(emptyLeftPlace(home)).rejects.toMatchObject({ code: 'MOVE_TARGET_TAKEN' })
      await emptyLeftPlace(left)
      await home.close()
      await left.close()
      await new InstallationWriter(here.to.execute, 'later').change(10)
      await move(back)
      expect(await contentOf(await here.from.open())).toEqual(await contentOf(await here.to.open()))
    })

    it('says beforehand what it would do', async () => {
      const here = await scene(2)
      const plan = async (): Promise<unknown> => {
        const [from, to] = [await here.from.open(), await here.to.open()]
        try {
          return (await planMove(from, to)).state
        } finally {
          await from.close()
          await to.close()
        }
      }
      expect(await planMove(await here.from.open(), null)).toMatchObject({ state: 'begins' })
      expect(await plan()).toBe('begins')
      await move(here, { until: 'caughtUp' })
      expect(await plan()).toBe('resumes')
      await move(here)
      expect(await plan()).toBe('isOver')
      const elsewhere = await scene(0)
      const refused = planMove(await here.from.open(), await elsewhere.to.open())
      await expect(refused).rejects.toMatchObject({ code: 'STORAGE_MOVED' })
    })

    it('breaks off where it is asked to', async () => {
      const here = await scene(1)
      const signal = AbortSignal.abort()
      await expect(move(here, { signal })).rejects.toBeInstanceOf(GatewayError)
      await move(here)
      await expectMoved(here)
    })
  })
}

async function noteOf(place: TestPlace, name: 'moved' | 'departure'): Promise<string | null> {
  const opened = await place.open()
  try {
    return await opened.look(async (look) => look.note(name))
  } finally {
    await opened.close()
  }
}

type Act = 'look' | 'change' | 'alone'

/** A place with something around each of its transactions. */
function wrapped(place: Place, around: <Result>(act: Act, during: () => Promise<Result>) => Promise<Result>): Place {
  return {
    engine: place.engine,
    address: place.address,
    look: async (work) => around('look', async () => place.look(work)),
    change: async (work) => around('change', async () => place.change(work)),
    alone: async (work) => around('alone', async () => place.alone(work)),
    limit: (ms) => place.limit(ms),
    livingInstances: async () => place.livingInstances(),
    afterRejoining: async () => place.afterRejoining(),
    examine: async () => place.examine(),
    close: async () => place.close(),
  }
}

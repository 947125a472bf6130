import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logDestination } from './logDestination.ts'

function failing(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** A file or a pipe with so much room. */
function setUp(code = 'ENOSPC') {
  const world = { room: Infinity, text: '', writes: 0, slept: 0, onSleep: (): void => undefined }
  const log = logDestination(
    (bytes) => {
      world.writes += 1
      const taken = bytes.subarray(0, world.room)
      if (taken.length === 0) throw failing(code)
      world.room -= taken.length
      world.text += Buffer.from(taken).toString('latin1')
      return taken.length
    },
    () => {
      world.slept += 1
      world.onSleep()
    },
  )
  return { world, log }
}

describe('logDestination', () => {
  it('writes each line at once', () => {
    const { world, log } = setUp()
    log.write('{"n":1}\n')
    log.write('{"n":2}\n')
    expect(world).toMatchObject({ text: '{"n":1}\n{"n":2}\n', writes: 2, slept: 0 })
  })

  it('drops what a full disk does not take, without waiting, and tells how many lines that were', () => {
    const { world, log } = setUp()
    log.write('{"n":1}\n')
    world.room = 0
    for (const n of [2, 3, 4]) log.write(`{"n":${n}}\n`)
    world.room = Infinity
    log.write('{"n":5}\n')
    const lines = world.text.trimEnd().split('\n')
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { n: 1 },
      { level: 'warn', lines: 3, msg: 'lines of the log could not be written' },
      { n: 5 },
    ])
    expect(world.slept).toBe(0)
  })

  it('waits a moment for a reader that is busy, and not again while it stays so', () => {
    const { world, log } = setUp('EAGAIN')
    world.room = 3
    world.onSleep = () => {
      if (world.slept === 3) world.room = Infinity
    }
    log.write('{"n":1}\n')
    expect(world).toMatchObject({ text: '{"n":1}\n', slept: 3 })
    world.room = 0
    log.write('{"n":2}\n')
    const once = world.slept
    expect(once).toBeLessThanOrEqual(15)
    for (const n of [3, 4, 5]) log.write(`{"n":${n}}\n`)
    expect(world.slept).toBe(once)
  })

  it('leaves whole lines behind, and counts those that are missing, wherever the room ends', () => {
    const rooms = fc.array(fc.nat({ max: 150 }), { maxLength: 20 })
    fc.assert(
      fc.property(rooms, (all) => {
        const { world, log } = setUp()
        for (const [n, room] of all.entries()) {
          world.room = room
          log.write(`${JSON.stringify({ n })}\n`)
        }
        world.room = Infinity
        log.write(`${JSON.stringify({ n: all.length })}\n`)
        const lines = world.text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as { readonly n?: number; readonly lines?: number })
        const numbers = lines.flatMap(({ n }) => (n === undefined ? [] : [n]))
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
        const missing = lines.reduce((sum, line) => sum + (line.lines ?? 0), 0)
        expect(new Set(numbers).size + missing).toBe(all.length + 1)
      }),
    )
  })
})

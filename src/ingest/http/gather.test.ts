import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Gather } from './gather.ts'

describe('Gather', () => {
  it('puts together what came, in whatever pieces, in at most twice the size', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 40 })
    fc.assert(
      fc.property(pieces, (all) => {
        const gathered = new Gather()
        for (const piece of all) gathered.add(Buffer.from(piece))
        const bytes = gathered.bytes()
        expect(bytes.equals(Buffer.concat(all))).toBe(true)
        // One alone is kept as it is, which may be a part of something larger.
        const isAlone = all.filter(({ length }) => length > 0).length <= 1
        expect(isAlone ? 0 : bytes.buffer.byteLength).toBeLessThanOrEqual(2 * bytes.length)
      }),
    )
  })

  it('leaves the pieces that it was given as they are', () => {
    const first = Buffer.from('first')
    const gathered = new Gather()
    gathered.add(first.subarray(0, 2))
    gathered.add(Buffer.from('XY'))
    expect(gathered.bytes().toString()).toBe('fiXY')
    expect(first.toString()).toBe('first')
  })

  it('has nothing before the first piece and after it was cleared', () => {
    const gathered = new Gather()
    expect(gathered.bytes()).toHaveLength(0)
    gathered.add(Buffer.from('x'))
    gathered.clear()
    expect(gathered.bytes()).toHaveLength(0)
  })
})

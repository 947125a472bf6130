import { array, assert, integer, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Suspects } from './suspects.ts'

const ids = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `e${from + index}`)
const sizes = (suspects: Suspects, items: readonly string[], size: number): readonly number[] =>
  suspects.cut(items, size, (id) => id).map((call) => call.length)

describe('suspects', () => {
  it('go in full calls until something fails', () => {
    expect(sizes(new Suspects(), ids(250), 100)).toEqual([100, 100, 50])
  })

  it('go in ever smaller calls after calls that may have been carried out', () => {
    const suspects = new Suspects()
    suspects.failedTogether(ids(100))
    expect(sizes(suspects, ids(24), 100)).toEqual([12, 12])
    suspects.failedTogether(ids(12))
    expect(sizes(suspects, ids(12), 100)).toEqual(Array.from({ length: 12 }, () => 1))
  })

  it('do not make others go in small calls', () => {
    const suspects = new Suspects()
    suspects.failedTogether(ids(8))
    expect(sizes(suspects, [...ids(50, 100), ...ids(1), ...ids(50, 200)], 100)).toEqual([50, 1, 50])
  })

  it('are none any more once they pass', () => {
    const suspects = new Suspects()
    suspects.failedTogether(ids(100))
    for (const id of ids(100)) suspects.passed(id)
    expect(sizes(suspects, ids(100), 100)).toEqual([100])
  })

  it('are blamed only where others were recorded since', () => {
    const suspects = new Suspects()
    expect(suspects.failedAlone('e1', suspects.recorded)).toEqual({ own: false, failures: 1 })
    expect(suspects.failedAlone('e1', suspects.recorded)).toEqual({ own: false, failures: 2 })
    expect(suspects.isCulprit('e1')).toBe(false)
    suspects.passed('e2')
    expect(suspects.failedAlone('e1', suspects.recorded)).toEqual({ own: true, failures: 3 })
    expect(suspects.isCulprit('e1')).toBe(true)
    expect(suspects.failedAlone('e1', suspects.recorded)).toEqual({ own: false, failures: 4 })
  })

  it('are blamed where others were recorded in the same batch', () => {
    const suspects = new Suspects()
    const before = suspects.recorded
    suspects.passed('e2')
    expect(suspects.failedAlone('e1', before)).toEqual({ own: true, failures: 1 })
  })

  it('are cut without loss, in order, into calls that no member is too large for', () => {
    const failures = array(tuple(integer({ min: 0, max: 40 }), integer({ min: 1, max: 60 })), { maxLength: 5 })
    assert(
      property(failures, integer({ min: 1, max: 50 }), (failures, size) => {
        const suspects = new Suspects()
        for (const [from, count] of failures) suspects.failedTogether(ids(count, from))
        const calls = suspects.cut(ids(100), size, (id) => id)
        expect(calls.flat()).toEqual(ids(100))
        const tooLarge = calls.filter((call) =>
          call.some((id) => call.length > (sizes(suspects, [id, ...ids(50, 500)], size)[0] ?? 0)),
        )
        expect(tooLarge).toEqual([])
        expect(calls.every((call) => call.length > 0)).toBe(true)
      }),
    )
  })
})

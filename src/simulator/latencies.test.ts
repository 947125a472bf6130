import { describe, expect, it } from 'vitest'
import { latenciesOf } from './latencies.ts'

describe('latenciesOf', () => {
  it('gives figures that were measured', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(latenciesOf(hundred)).toEqual({ p50: 50, p99: 99, max: 100 })
    expect(latenciesOf([...hundred, 1000])).toEqual({ p50: 51, p99: 100, max: 1000 })
    expect(latenciesOf([7])).toEqual({ p50: 7, p99: 7, max: 7 })
  })

  it('gives none where nothing was measured', () => {
    expect(latenciesOf([])).toBeNull()
  })
})

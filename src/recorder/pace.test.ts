import { describe, expect, it } from 'vitest'
import { faster, type Pace, slower, startPace } from './pace.ts'

const passing = (pace: Pace, calls: number, allowed: number): Pace =>
  Array.from({ length: calls }).reduce<Pace>((now) => faster(now, now.size, allowed), pace)

describe('the pace of a site', () => {
  it('starts with what the settings allow', () => {
    expect(startPace(100)).toEqual({ size: 100, passes: 0 })
  })

  it('is halved where a call was too much, from the size that failed, and never below one', () => {
    expect(slower(startPace(100), 100).size).toBe(50)
    expect(slower(startPace(100), 30).size).toBe(15)
    expect(slower({ size: 10, passes: 3 }, 100).size).toBe(10)
    expect(slower({ size: 1, passes: 0 }, 1).size).toBe(1)
  })

  it('grows again only after calls of full size have passed, up to what is allowed', () => {
    const slow = slower(startPace(100), 100)
    expect(passing(slow, 9, 100).size).toBe(50)
    expect(passing(slow, 10, 100).size).toBe(100)
    expect(passing({ size: 70, passes: 9 }, 1, 100).size).toBe(100)
    expect(faster({ size: 50, passes: 5 }, 49, 100)).toEqual({ size: 50, passes: 5 })
  })

  it('follows settings that allow less', () => {
    expect(faster(startPace(100), 100, 20).size).toBe(20)
  })
})

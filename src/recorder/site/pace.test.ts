import { describe, expect, it } from 'vitest'
import { faster, type Pace, slower, startPace } from './pace.ts'

const because = 'the proxy gave up'

const passing = (pace: Pace, calls: number, allowed: number): Pace =>
  Array.from({ length: calls }).reduce<Pace>((now) => faster(now, now.size, allowed), pace)

describe('the pace of a site', () => {
  it('starts with what the settings allow', () => {
    expect(startPace(100)).toEqual({ size: 100, passes: 0, because: null })
  })

  it('is halved where a call was too much, from the size that failed, and says why', () => {
    expect(slower(startPace(100), 100, because)).toEqual({ size: 50, passes: 0, because })
    expect(slower(startPace(100), 30, because).size).toBe(15)
    expect(slower({ size: 10, passes: 3, because }, 100, because).size).toBe(10)
  })

  it('is as it was after the failure of a single item, which can be no less', () => {
    expect(slower(startPace(100), 1, because)).toEqual(startPace(100))
  })

  it('grows again only after calls of full size have passed, up to what is allowed', () => {
    const slow = slower(startPace(100), 100, because)
    expect(passing(slow, 9, 100).size).toBe(50)
    expect(passing(slow, 10, 100)).toEqual(startPace(100))
    expect(passing({ size: 20, passes: 9, because }, 1, 100)).toEqual({ size: 40, passes: 0, because })
    expect(passing({ size: 70, passes: 9, because }, 1, 100).size).toBe(100)
    expect(faster({ size: 50, passes: 5, because }, 49, 100)).toEqual({ size: 50, passes: 5, because })
  })

  it('follows settings that allow less', () => {
    expect(faster(startPace(100), 100, 20).size).toBe(20)
  })
})

import { describe, expect, it } from 'vitest'
import { systemTimers } from './timers.ts'

describe("the process's own time", () => {
  it('is told in whole milliseconds, as the times are with which it is stored', async () => {
    const seen: number[] = []
    for (let turn = 0; turn < 20; turn += 1) {
      seen.push(systemTimers.elapsed())
      await new Promise<void>((resolve) => systemTimers.after(1, resolve))
    }
    expect(seen.filter((ms) => !Number.isInteger(ms))).toEqual([])
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    expect(seen.at(-1)).toBeGreaterThan(seen[0] ?? Infinity)
  })
})

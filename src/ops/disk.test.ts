import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { FakeTime, turns } from '../testing/fakeTime.ts'
import { DiskWatch, freeBytes } from './disk.ts'

describe('freeBytes', () => {
  it('asks the file system', async () => {
    expect(await freeBytes(tmpdir())).toBeGreaterThan(1024 * 1024)
    await expect(freeBytes('/nowhere/at/all')).rejects.toThrow('ENOENT')
  })
})

describe('DiskWatch', () => {
  it('remembers the last look, and looks again in an interval', async () => {
    const time = new FakeTime()
    let free = 200
    const disk = new DiskWatch({ free: async () => free, timers: time, minimumBytes: 100, intervalMs: 5000 })
    expect([disk.low, disk.freeBytes]).toEqual([false, null])
    await disk.start()
    expect([disk.low, disk.freeBytes]).toEqual([false, 200])
    free = 99
    await time.advance(4999)
    expect(disk.low).toBe(false)
    await time.advance(1)
    expect([disk.low, disk.freeBytes]).toEqual([true, 99])
    free = 100
    await time.advance(5000)
    expect(disk.low).toBe(false)
    disk.stop()
    expect(time.timers).toEqual([])
  })

  it('assumes nothing where looking fails', async () => {
    const time = new FakeTime()
    const disk = new DiskWatch({ free: async () => Promise.reject(new Error('EIO')), timers: time, minimumBytes: 100 })
    await disk.start()
    expect([disk.low, disk.freeBytes]).toEqual([false, null])
    disk.stop()
  })

  it('does not go on after a stop that comes during a look', async () => {
    const time = new FakeTime()
    const look = Promise.withResolvers<number>()
    const disk = new DiskWatch({ free: async () => look.promise, timers: time, minimumBytes: 100 })
    const started = disk.start()
    disk.stop()
    look.resolve(1)
    await started
    await turns()
    expect(time.timers).toEqual([])
  })
})

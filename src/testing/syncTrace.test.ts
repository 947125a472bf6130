import { describe, expect, it } from 'vitest'
import { readTrace } from './syncTrace.ts'

const written = '7 pwrite64(18</data/test.db-wal>, "..."..., 4096, 56) = 4096'
const answered = '7 write(1<pipe:[1]>, "stored 00000000-0000-5000-8000-000000000001\\n", 44) = 44'
const read = (...lines: readonly string[]) => readTrace(lines.join('\n'))

describe('reading a trace', () => {
  it('misses the sync that is not there', () => {
    const synced = '7 fdatasync(18</data/test.db-wal>) = 0'
    expect(read(written, synced, answered)).toEqual({ answers: 1, unsynced: 0, syncs: 1 })
    expect(read(written, answered, synced)).toEqual({ answers: 1, unsynced: 1, syncs: 1 })
    expect(read(written, synced, written, answered)).toMatchObject({ unsynced: 1 })
  })

  it('takes no failed sync, and none of another file, for one', () => {
    expect(read(written, '7 fdatasync(18</data/test.db-wal>) = -1 EIO (Input/output error)', answered)).toMatchObject({
      unsynced: 1,
    })
    expect(read(written, '7 fdatasync(17</data/test.db>) = 0', answered)).toMatchObject({ unsynced: 1 })
  })

  it('follows a sync that another thread interrupts on paper', () => {
    const lines = [written, '7 fdatasync(18</data/test.db-wal> <unfinished ...>', '9 fdatasync(5</data/test.db>) = 0']
    expect(read(...lines, answered)).toMatchObject({ unsynced: 1 })
    expect(read(...lines, '7 <... fdatasync resumed>) = 0', answered)).toMatchObject({ unsynced: 0, syncs: 1 })
  })
})

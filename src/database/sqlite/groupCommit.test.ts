import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors/gatewayError.ts'
import { GroupCommit } from './groupCommit.ts'
import { openConnection } from './open.ts'
import { numberOf } from './statement.ts'

let folder: string
let file: string
let connection: DatabaseSync
let commits: number
let group: GroupCommit
let requireKept: () => void
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-group-'))
  file = path.join(folder, 'test.db')
  connection = openConnection(file, { synchronous: 'OFF' })
  connection.exec(`
    PRAGMA busy_timeout = 1;
    CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB);
    CREATE TABLE child (a INTEGER REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)`)
  commits = 0
  requireKept = () => undefined
  const onCommitted = (): void => {
    commits += 1
  }
  group = new GroupCommit(connection, onCommitted, () => requireKept())
})
afterEach(() => {
  if (connection.isOpen) connection.close()
  rmSync(folder, { recursive: true, force: true })
})

const insert =
  (a: number, bytes = 0) =>
  (): number =>
    Number(connection.prepare('INSERT INTO t VALUES (?, zeroblob(?))').run(a, bytes).lastInsertRowid)

/** What is committed, as another process sees it. */
function committed(): number {
  const other = new DatabaseSync(file)
  const count = numberOf(other, 'SELECT count(*) FROM t')
  other.close()
  return count
}

const ends = async (writes: readonly Promise<unknown>[]): Promise<readonly string[]> =>
  (await Promise.allSettled(writes)).map((end) =>
    end.status === 'fulfilled'
      ? 'stored'
      : end.reason instanceof Error
        ? (codeOf(end.reason) ?? end.reason.message)
        : '',
  )

function codeOf(error: Error): string | null {
  return 'code' in error ? String(error.code) : null
}

describe('group commit', () => {
  it('tells nobody that something is stored which will not stay, and begins nothing where that is known before', async () => {
    const lost = new GatewayError('STORAGE_UNAVAILABLE', 'the file is gone')
    let calls = 0
    requireKept = () => {
      calls += 1
      if (calls > 1) throw lost
    }
    await expect(group.commit(insert(1))).rejects.toBe(lost)
    expect(committed()).toBe(1)
    await expect(group.commit(insert(2))).rejects.toBe(lost)
    expect([committed(), connection.isTransaction]).toEqual([1, false])
    requireKept = () => undefined
    await group.commit(insert(3))
    expect(committed()).toBe(2)
  })

  it('commits what is asked for within one turn at once, each with its own result', async () => {
    const results = await Promise.all([1, 2, 3].map(async (a) => group.commit(insert(a))))
    expect(results).toEqual([1, 2, 3])
    expect(commits).toBe(1)
    expect(committed()).toBe(3)
  })

  it('begins a new transaction for what comes later', async () => {
    await group.commit(insert(1))
    await group.commit(insert(2))
    expect(commits).toBe(2)
  })

  it('resolves only when it is committed', async () => {
    expect(await group.commit(insert(1)).then(() => committed())).toBe(1)
  })

  it('runs nothing before the turn is over, and shows readers nothing of it', () => {
    const write = group.commit(insert(1))
    expect(numberOf(connection, 'SELECT count(*) FROM t')).toBe(0)
    return expect(write).resolves.toBe(1)
  })

  it('undoes a work that fails, and only it', async () => {
    const failing = (): never => {
      insert(7)()
      throw new Error('half-way')
    }
    const writes = [group.commit(insert(1)), group.commit(failing), group.commit(insert(1)), group.commit(insert(2))]
    expect(await ends(writes)).toEqual(['stored', 'half-way', 'ERR_SQLITE_ERROR', 'stored'])
    expect(committed()).toBe(2)
    expect(numberOf(connection, 'SELECT count(*) FROM t WHERE a = 7')).toBe(0)
  })

  it('splits what is too much for one transaction, in order', async () => {
    const order: number[] = []
    const writes = Array.from({ length: 600 }, async (_, index) =>
      group.commit(() => {
        order.push(index)
      }),
    )
    await Promise.all(writes)
    expect(commits).toBe(3)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  it('rejects all when the commit fails, and goes on with the next', async () => {
    const orphan = (): void => connection.exec('INSERT INTO child VALUES (99)')
    const writes = [group.commit(insert(1)), group.commit(orphan)]
    expect(await ends(writes)).toEqual(['STORAGE_UNAVAILABLE', 'STORAGE_UNAVAILABLE'])
    expect(committed()).toBe(0)
    expect(connection.isTransaction).toBe(false)
    await group.commit(insert(1))
    expect(committed()).toBe(1)
  })

  it('rejects all when the disk is full, and goes on as soon as there is room', async () => {
    connection.exec('PRAGMA max_page_count = 12')
    const writes = [group.commit(insert(1)), group.commit(insert(2, 200_000)), group.commit(insert(3))]
    expect(await ends(writes)).toEqual(['STORAGE_UNAVAILABLE', 'STORAGE_UNAVAILABLE', 'STORAGE_UNAVAILABLE'])
    expect(committed()).toBe(0)
    connection.exec('PRAGMA max_page_count = 100000')
    expect(await ends([group.commit(insert(1)), group.commit(insert(2, 200_000))])).toEqual(['stored', 'stored'])
    expect(committed()).toBe(2)
  })

  it('rejects while another process holds the database, and goes on when it has let go', async () => {
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    expect(await ends([group.commit(insert(1)), group.commit(insert(2))])).toEqual([
      'STORAGE_UNAVAILABLE',
      'STORAGE_UNAVAILABLE',
    ])
    other.exec('ROLLBACK')
    other.close()
    expect(await group.commit(insert(1))).toBe(1)
  })

  it('takes no more than it can hold, and is free again after the turn', async () => {
    group.pause()
    const waiting = Array.from({ length: 4096 }, async (_, index) => group.commit(insert(index)))
    await expect(group.commit(insert(9999))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    group.resume()
    await Promise.all(waiting)
    expect(await group.commit(insert(9999))).toBe(9999)
  })

  it('commits nothing while paused, and everything afterwards', async () => {
    const first = group.commit(insert(1))
    group.pause()
    const second = group.commit(insert(2))
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(committed()).toBe(0)
    group.resume()
    expect(await Promise.all([first, second])).toEqual([1, 2])
  })

  it('commits what is waiting when it closes, also while paused, and nothing afterwards', async () => {
    group.pause()
    const write = group.commit(insert(1))
    group.close()
    expect(await write).toBe(1)
    await expect(group.commit(insert(2))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })

  it('commits what a work asks for in a transaction of its own', async () => {
    const inner: Promise<number>[] = []
    await group.commit(() => {
      inner.push(group.commit(insert(2)))
      return insert(1)()
    })
    expect(await Promise.all(inner)).toEqual([2])
    expect(commits).toBe(2)
  })
})

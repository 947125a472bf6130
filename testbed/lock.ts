import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { type Folder, makeFolder } from './folder.ts'
import { TestbedProblem } from './problem.ts'

/** A builder may take minutes on a slow network; whoever waits longer than this waits for a corpse. */
const patienceMs = 600_000

/**
 * Runs `work` while no other process builds, starts, stops or resets the same test bed.
 *
 * The lock is an open SQLite transaction: the kernel lets go of it when its holder dies, however it
 * dies, so there is no stale lock to judge.
 */
export async function withLock<T>(folder: Folder, work: () => Promise<T>): Promise<T> {
  makeFolder(folder)
  const lock = new DatabaseSync(folder.file('lock.sqlite'))
  try {
    await acquire(lock, folder)
    return await work()
  } finally {
    lock.close()
  }
}

async function acquire(lock: DatabaseSync, folder: Folder): Promise<void> {
  const end = performance.now() + patienceMs
  while (true) {
    try {
      lock.exec('BEGIN EXCLUSIVE')
      return
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() > end)
        throw new TestbedProblem(`another process has kept the test bed in ${folder.root} locked for 10 minutes`)
    }
    await delay(100)
  }
}

/** SQLITE_BUSY: another connection holds the lock. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}

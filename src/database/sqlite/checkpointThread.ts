import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckpointReport, CheckpointRequest } from './checkpointRequest.ts'

/** Log pages from which writers are made to begin the log anew; below, nobody is made to wait. */
const restartPages = 4096

/** Log pages from which its file is cut as well: a burst leaves nothing behind. */
const truncatePages = 16_384

/**
 * The thread behind {@link file://./checkpointer.ts}: a connection of its own that does nothing but copy the
 * write-ahead log into the database.
 */
const connection = new DatabaseSync(String(workerData), { timeout: 2000 })

function checkpoint(): CheckpointReport {
  try {
    // Alongside the writer: copies what is committed by now and leaves the log growing.
    const { log } = run('PASSIVE')
    if (log < restartPages) return { logPages: log }
    // Little is left to copy, so the writer waits only for that and for a sync.
    return { logPages: run(log < truncatePages ? 'RESTART' : 'TRUNCATE').log }
  } catch {
    // Busy or out of space: the log stays as it is, and the next request tries again.
    return { logPages: null }
  }
}

function run(mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE'): { readonly log: number } {
  const row = connection.prepare(`PRAGMA wal_checkpoint(${mode})`).get()
  return { log: Number(row?.['log']) }
}

parentPort?.on('message', (request: CheckpointRequest) => {
  if (request.do === 'end') {
    connection.close()
    parentPort?.close()
  } else {
    parentPort?.postMessage(checkpoint())
  }
})

import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckpointReport, CheckpointRequest } from './checkpointRequest.ts'

/** How long a restart waits for readers of an old state, milliseconds. All writers wait with it. */
const restartPatienceMs = 50

/** The thread of the checkpointer: a connection of its own that only copies the write-ahead log. */
const connection = new DatabaseSync(String(workerData), { timeout: restartPatienceMs })

function checkpoint(request: 'copy' | 'restart'): CheckpointReport {
  try {
    const mode = request === 'copy' ? 'PASSIVE' : 'RESTART'
    const row = connection.prepare(`PRAGMA wal_checkpoint(${mode})`).get()
    return { logPages: Number(row?.['log']), complete: row?.['busy'] === 0 }
  } catch {
    return { logPages: 0, complete: false }
  }
}

parentPort?.on('message', (request: CheckpointRequest) => {
  if (request !== 'end') {
    parentPort?.postMessage(checkpoint(request))
    return
  }
  connection.close()
  parentPort?.close()
})

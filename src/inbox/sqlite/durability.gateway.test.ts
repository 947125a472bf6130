import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SqliteDatabase } from '../../database/sqlite/database.ts'
import { readTrace, type TraceReading } from '../../testing/syncTrace.ts'

const acceptLoop = fileURLToPath(new URL('../../testing/acceptLoop.ts', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-durable-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a notification that was answered', () => {
  it('is in the database, however often the process is killed', async () => {
    const answered = new Set<string>()
    const rounds = 8
    for (let round = 0; round < rounds; round += 1) {
      // Also after the first few answers, also amid a checkpoint: anywhere.
      const killAfter = Math.floor(10 ** (Math.random() * 3))
      await acceptUntilKilled(round * 1_000_000, killAfter, answered)
    }
    const database = new SqliteDatabase(path.join(folder, 'test.db'))
    const rows = database
      .prepare<{ readonly id: string }>(
        `SELECT message_id AS id FROM notification_message JOIN notification USING (id) WHERE state = 'waiting'`,
      )
      .all()
    const stored = new Set(rows.map(({ id }) => id))
    const counted = database.prepare<{ readonly count: number }>('SELECT count FROM notification_count').get()?.count
    const integrity = database.prepare('PRAGMA integrity_check').get()
    await database.close()
    expect(answered.size).toBeGreaterThanOrEqual(rounds)
    expect([...answered].filter((id) => !stored.has(id))).toEqual([])
    expect(counted).toBe(stored.size)
    expect(integrity).toMatchObject({ integrity_check: 'ok' })
  })
})

describe('a disk that is full', () => {
  it('is answered with a refusal, and everything goes on by itself when there is room again', async () => {
    // No file may grow beyond 2 MB: writes fail as they do on a full disk, in the middle of a commit.
    const child = spawn('prlimit', [
      '--fsize=2000000:unlimited',
      process.execPath,
      acceptLoop,
      folder,
      '0',
      '3000',
      '16',
    ])
    const answered: string[] = []
    const refusals = new Set<string>()
    for await (const line of createInterface({ input: child.stdout })) {
      const [said, about = ''] = line.split(' ')
      if (said === 'stored') answered.push(about)
      else {
        if (refusals.size === 0) spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited'])
        refusals.add(line)
      }
    }
    expect([...refusals]).toEqual(['refused STORAGE_UNAVAILABLE'])
    expect(new Set(answered).size).toBe(3000)
    const database = new SqliteDatabase(path.join(folder, 'test.db'))
    const stored = database.prepare<{ readonly rows: number }>('SELECT count(*) AS rows FROM notification').get()?.rows
    await database.close()
    expect(stored).toBe(3000)
  })
})

describe('the disk sync', () => {
  it.each([1, 8])('comes before each answer, with %i notifications at once', (atOnce) => {
    const { answers, unsynced, syncs } = traced(atOnce, 'FULL')
    expect({ answers, unsynced }).toEqual({ answers: 64, unsynced: 0 })
    // Shared: no more than one for each turn of those at once, no fewer than it takes.
    expect(syncs).toBeGreaterThanOrEqual(64 / atOnce)
  })

  it('is missed where the database does without it: this test can fail', () => {
    const { answers, unsynced } = traced(8, 'OFF')
    expect({ answers, unsynced }).toEqual({ answers: 64, unsynced: 64 })
  })
})

/** Runs the loop until so many answers came, and kills it at once. What it said before it died counts too. */
async function acceptUntilKilled(first: number, answers: number, answered: Set<string>): Promise<void> {
  const child = spawn(process.execPath, [acceptLoop, folder, String(first), '1000000', '16'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString()
  })
  let count = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const id = /^stored ([\da-f-]{36})$/.exec(line)?.[1]
    if (id !== undefined) answered.add(id)
    count += 1
    if (count === answers) child.kill('SIGKILL')
  }
  const ended = { signal: await signalOf(child), complaint }
  expect(ended).toEqual({ signal: 'SIGKILL', complaint: '' })
}

async function signalOf(child: ChildProcess): Promise<string | null> {
  if (child.signalCode !== null || child.exitCode !== null) return child.signalCode
  return new Promise((resolve) => {
    child.once('exit', (_code, signal) => resolve(signal))
  })
}

function traced(atOnce: number, synchronous: 'FULL' | 'OFF'): TraceReading {
  const trace = path.join(folder, 'trace')
  const calls = 'trace=write,pwrite64,fdatasync,fsync'
  const run = spawnSync(
    'strace',
    [
      '-f',
      '-y',
      '-e',
      calls,
      '-o',
      trace,
      process.execPath,
      acceptLoop,
      folder,
      '0',
      '64',
      String(atOnce),
      synchronous,
    ],
    { encoding: 'utf8' },
  )
  if (run.error !== undefined)
    throw new Error(`strace is needed to see the disk sync (apt-get install strace): ${run.error.message}`)
  expect({ status: run.status, said: run.stderr }).toEqual({ status: 0, said: '' })
  return readTrace(readFileSync(trace, 'utf8'))
}

// Belongs to the vitest project `civicrm`, though it needs no running test bed.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { endGroup, isAlive, type ProcessGroup, startGroup } from './processGroup.ts'
import { waitUntil } from './waiting.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'testbed-group-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

/**
 * A shell with a child of its own, as `php -S` with its workers; the folder stands in the command line. Resolves when the
 * script has said that it is so far.
 */
async function start(script: string): Promise<ProcessGroup> {
  const group = await startGroup({
    command: 'sh',
    arguments: ['-c', script, folder],
    folder,
    log: path.join(folder, 'log'),
    mark: folder,
  })
  await waitUntil('the script', () => existsSync(path.join(folder, 'ready')), { timeoutMs: 20_000 })
  return group
}

it('ends workers that have outlived their parent', async () => {
  const group = await start(`sh -c 'touch "$0/ready"; sleep 60; true' "$0" & sleep 60; true`)
  process.kill(group.id, 'SIGKILL')
  expect(isAlive(group)).toBe(true)
  await endGroup(group, { signal: 'SIGTERM' })
  expect(isAlive(group)).toBe(false)
})

it('kills what does not end by itself', async () => {
  const group = await start('trap "" TERM; touch "$0/ready"; while :; do sleep 1; done')
  await endGroup(group, { signal: 'SIGTERM', graceMs: 100 })
  expect(isAlive(group)).toBe(false)
})

it('leaves a stranger alone who has got the same number', async () => {
  const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  const ended = new Promise((resolve) => stranger.once('exit', (_, signal) => resolve(signal)))
  const recorded = { id: stranger.pid!, mark: folder }
  expect(isAlive(recorded)).toBe(false)
  await endGroup(recorded, { signal: 'SIGKILL' })
  expect(stranger.exitCode).toBeNull()
  stranger.kill('SIGTERM')
  expect(await ended).toBe('SIGTERM')
})

// Belongs to the vitest project `civicrm`, though it needs no running test bed.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { endGroup, isAlive, startGroup } from './processGroup.ts'
import { waitUntil } from './waiting.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'testbed-group-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** A shell with a child of its own, as `php -S` with its workers; the folder stands in the command line. */
function start(script: string) {
  return startGroup({
    command: 'sh',
    arguments: ['-c', script, folder],
    folder,
    log: path.join(folder, 'log'),
    mark: folder,
  })
}

it('ends workers that have outlived their parent', async () => {
  const group = await start('sh -c "sleep 60; true" "$0" & sleep 60; true')
  await waitUntil('the worker', () => isAlive(group), { timeoutMs: 5_000 })
  process.kill(group.id, 'SIGKILL')
  expect(isAlive(group)).toBe(true)
  await endGroup(group, { signal: 'SIGTERM' })
  expect(isAlive(group)).toBe(false)
})

it('kills what does not end by itself', async () => {
  const group = await start('trap "" TERM; while :; do sleep 1; done')
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

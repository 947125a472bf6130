import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandChannel } from './command.ts'

const message = {
  subject: 'A test',
  text: 'Well.\n',
  alarms: [],
  at: '2026-06-02T00:00:00.000Z',
  leftOut: 0,
  test: true,
}

async function send(...command: readonly string[]): Promise<void> {
  return commandChannel({ name: 'own', command }).send(message, new AbortController().signal)
}

describe('a program as a channel of alarms', () => {
  it('has taken the message where it ends well', async () => {
    await expect(send(process.execPath, '-e', 'process.stdin.resume()')).resolves.toBeUndefined()
  })

  it('has taken it where it ends well, although what it leaves at work holds its error output open', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-command-'))
    const pid = path.join(folder, 'pid')
    try {
      await expect(send('/bin/sh', '-c', `sleep 60 & echo $! > ${pid}`)).resolves.toBeUndefined()
    } finally {
      process.kill(Number(readFileSync(pid, 'utf8')))
      rmSync(folder, { recursive: true })
    }
  })

  it('has not where it ends otherwise, and its own words are told', async () => {
    const failing = send(process.execPath, '-e', 'console.error("no such room"); process.exitCode = 3')
    await expect(failing).rejects.toThrow(/ended with 3: no such room$/)
  })

  it('that is not there, or may not be run, is said to be so, with what to do', async () => {
    await expect(send('/nowhere/tell-me')).rejects.toThrow(
      /^there is no program \/nowhere\/tell-me: write its whole path/,
    )
    await expect(send(import.meta.filename)).rejects.toThrow(/may not be run: .*right to execute/)
  })
})

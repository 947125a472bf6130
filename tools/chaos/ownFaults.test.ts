import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownFaults } from './ownFaults.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'chaos-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function logOf(...lines: readonly string[]): string {
  const file = path.join(folder, 'gateway.log')
  writeFileSync(file, lines.join('\n'))
  return file
}

const line = (level: string, name: string, text: string): string =>
  JSON.stringify({ level, msg: 'a fault while recording', error: { name, text } })

describe('the log of a chaos run', () => {
  it('tells of mistakes of the gateway that a later try made good, each once', async () => {
    const own = line('error', 'TypeError', 'it is not a function')
    expect(await ownFaults(logOf(own, own, line('fatal', 'Error', 'cannot store')))).toEqual([
      'TypeError: it is not a function',
      'Error: cannot store',
    ])
  })

  it('says nothing of what a strike makes a gateway say, of other lines, and of one that a kill cut off', async () => {
    const struck = line('error', 'GatewayError', 'the database is away')
    const call = line('warn', 'Error', 'a request failed')
    expect(await ownFaults(logOf(struck, call, '{"level":"info","msg":"listening"}', struck.slice(0, 40)))).toEqual([])
    expect(await ownFaults(path.join(folder, 'none'))).toEqual([])
  })
})

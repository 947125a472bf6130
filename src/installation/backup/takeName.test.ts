import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection } from '../../database/sqlite/open.ts'
import { openRestoreDestination } from './destination.ts'
import { type MoveFile, takeName } from './takeName.ts'

let folder: string
let file: string
let beside: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-take-name-'))
  file = path.join(folder, 'civicrm-ses.db')
  beside = `${file}.restoring`
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A database as a process leaves it that was killed: its row is in the log alone. */
function leaveDatabase(content: string): void {
  const elsewhere = path.join(folder, 'elsewhere')
  const connection = openConnection(elsewhere)
  connection.exec('CREATE TABLE t (content TEXT)')
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  connection.prepare('INSERT INTO t VALUES (?)').run(content)
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(`${elsewhere}${suffix}`, `${file}${suffix}`)
  connection.close()
  rmSync(elsewhere)
}

function makeBeside(content: string): void {
  const connection = openConnection(beside)
  connection.exec('CREATE TABLE t (content TEXT)')
  connection.prepare('INSERT INTO t VALUES (?)').run(content)
  connection.close()
}

function contentOf(name: string): unknown {
  const connection = openConnection(name)
  try {
    return connection.prepare('SELECT content FROM t').all()
  } finally {
    connection.close()
  }
}

/** Breaks off before the move of this number. */
function breakingOff(number: number): MoveFile {
  let moves = 0
  return async (from, to) => {
    if (moves === number) throw new Error('broken off')
    moves += 1
    renameSync(from, to)
  }
}

describe('taking the name of a database', () => {
  it('keeps what had it, log and all, and never overwrites what was kept', async () => {
    const kept = ['.before-restore', '.before-restore-2', '.before-restore-3'].map((suffix) => `${file}${suffix}`)
    leaveDatabase('state 0')
    for (const [index, name] of kept.entries()) {
      makeBeside(`state ${index + 1}`)
      expect(await takeName(beside, file)).toBe(name)
    }
    expect(contentOf(file)).toEqual([{ content: 'state 3' }])
    expect(kept.map(contentOf)).toEqual([0, 1, 2].map((index) => [{ content: `state ${index}` }]))
  })

  it('keeps nothing where nothing was', async () => {
    makeBeside('new')
    expect(await takeName(beside, file)).toBeNull()
    expect(readdirSync(folder)).toEqual(['civicrm-ses.db'])
  })

  it.each([
    { step: 1, at: 'before the log follows' },
    { step: 2, at: 'before the new one has its name' },
  ])('broken off $at, no start begins without what was there, and the next run loses nothing', async ({ step }) => {
    leaveDatabase('old')
    makeBeside('new')
    await expect(takeName(beside, file, breakingOff(step))).rejects.toThrow('broken off')
    const before = readdirSync(folder)
    const refused = expect.objectContaining({ code: 'STORAGE_HALF_REPLACED' })
    expect(() => openConnection(file)).toThrow(refused)
    expect(() => openConnection(file, { access: 'read' })).toThrow(refused)
    expect(readdirSync(folder)).toEqual(before)
    // A restore that is given up again removes what it has begun, and only that.
    await (await openRestoreDestination({ folder }, true)).close()
    expect(() => openConnection(file)).toThrow(refused)
    makeBeside('newer')
    await takeName(beside, file)
    expect(contentOf(file)).toEqual([{ content: 'newer' }])
    expect(contentOf(`${file}.before-restore`)).toEqual([{ content: 'old' }])
    expect(readdirSync(folder).filter((name) => name.endsWith('.unfinished'))).toEqual([])
  })

  it('broken off before anything, what was there is there', async () => {
    leaveDatabase('old')
    makeBeside('new')
    await expect(takeName(beside, file, breakingOff(0))).rejects.toThrow('broken off')
    expect(contentOf(file)).toEqual([{ content: 'old' }])
  })

  it('broken off before the kept one has its name, the new one is there, and the next run keeps both', async () => {
    leaveDatabase('old')
    makeBeside('new')
    await expect(takeName(beside, file, breakingOff(3))).rejects.toThrow('broken off')
    expect(contentOf(file)).toEqual([{ content: 'new' }])
    makeBeside('newer')
    expect(await takeName(beside, file)).toBe(`${file}.before-restore-2`)
    const names = [file, `${file}.before-restore`, `${file}.before-restore-2`]
    expect(names.map(contentOf)).toEqual(['newer', 'old', 'new'].map((content) => [{ content }]))
  })

  it('keeps a log whose database is gone apart, and gives it to no other one', async () => {
    writeFileSync(`${file}.before-restore`, 'an older one')
    leaveDatabase('old')
    rmSync(file)
    const log = readFileSync(`${file}-wal`)
    await expect(openRestoreDestination({ folder }, false)).rejects.toMatchObject({ code: 'RESTORE_NOT_EMPTY' })
    makeBeside('new')
    expect(await takeName(beside, file)).toBe(`${file}.before-restore-2`)
    expect(readFileSync(`${file}.before-restore-2-wal`).equals(log)).toBe(true)
    expect(existsSync(`${file}.before-restore-wal`)).toBe(false)
    expect(contentOf(file)).toEqual([{ content: 'new' }])
  })

  it('leaves a database that was put there meanwhile its own log', async () => {
    leaveDatabase('old')
    makeBeside('new')
    await expect(takeName(beside, file, breakingOff(2))).rejects.toThrow('broken off')
    leaveDatabase('by hand')
    expect(await takeName(beside, file)).toBe(`${file}.before-restore-2`)
    const names = [file, `${file}.before-restore`, `${file}.before-restore-2`]
    expect(names.map(contentOf)).toEqual(['new', 'old', 'by hand'].map((content) => [{ content }]))
  })
})

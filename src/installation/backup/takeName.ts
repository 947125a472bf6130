import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { logSuffixes, setAsideSuffixes, unfinishedOf } from '../../database/sqlite/folder.ts'

export type MoveFile = (from: string, to: string) => Promise<void>

/**
 * Gives the database `beside`, which has no log, the name `file`; what has that name is kept under one that is free. The
 * names change one by one, and it may break off after each:
 * ```
 *  file             ──> kept.unfinished     from here on nothing is found under the name, and no start takes that
 *  file-wal         ──> kept-wal            for a new installation: see requireNoRemains in database/sqlite/folder.ts
 *  beside           ──> file
 *  kept.unfinished  ──> kept
 * ```
 * So at no moment a database is found under the name without its log, and the next run knows whose log it finds.
 * @returns where that is kept which was there; null: nothing was
 */
export async function takeName(beside: string, file: string, move: MoveFile = moveDurably): Promise<string | null> {
  const earlier = unfinishedOf(file)
  if (earlier !== null && existsSync(file)) {
    // Only its name is left to do, or somebody has put a database there since: a log is that one's.
    await move(`${earlier}${setAsideSuffixes.unfinished}`, earlier)
    return takeName(beside, file, move)
  }
  const kept = earlier ?? freeName(file)
  const unfinished = `${kept}${setAsideSuffixes.unfinished}`
  if (existsSync(file)) await move(file, unfinished)
  const logs = logSuffixes.filter((suffix) => existsSync(`${file}${suffix}`))
  for (const suffix of logs) await move(`${file}${suffix}`, `${kept}${suffix}`)
  // An index of the log, made anew by whoever opens it.
  await rm(`${file}-shm`, { force: true })
  await move(beside, file)
  const hasDatabase = existsSync(unfinished)
  if (hasDatabase) await move(unfinished, kept)
  return hasDatabase || logs.length > 0 ? kept : null
}

/** What was kept before may be the only copy of something, so nothing is ever overwritten. */
function freeName(file: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${file}${setAsideSuffixes.kept}${number === 1 ? '' : `-${number}`}`
    if (['', setAsideSuffixes.unfinished, ...logSuffixes].every((suffix) => !existsSync(`${name}${suffix}`)))
      return name
  }
}

/** Durable before the next one: after a power cut the names are as after one of the steps. */
async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  const folder = await open(path.dirname(to), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

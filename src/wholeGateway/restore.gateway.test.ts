import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { MailedPeople } from '../testing/mailedPeople.ts'

let bench: GatewayBench
let file: string
beforeEach(async () => {
  bench = await GatewayBench.make()
  file = path.join(bench.folder, 'backup.gz')
  await bench.start()
})
afterEach(async () => bench[Symbol.asyncDispose]())

it('a backup that is made and restored under load has all that was acknowledged before it, and nothing twice', async () => {
  const people = await MailedPeople.make(bench, 'main', 90)
  const bounces = people.bounces()
  expect(await bench.postAll(bounces.slice(0, 30))).toEqual([200])
  // Arrives while the backup is written: is in it or not, but never half.
  const [report, meanwhile] = await Promise.all([bench.ask(['backup', file]), bench.postAll(bounces.slice(30, 60))])
  expect(report).toMatchObject({ file, tables: { site: { rows: 1 } } })
  expect(meanwhile).toEqual([200])
  expect(await bench.postAll(bounces.slice(60, 80))).toEqual([200])
  await bench.recorded()
  await bench.stop()

  const elsewhere = path.join(bench.folder, 'elsewhere')
  expect(await bench.ask(['restore', file, '--into', elsewhere])).toMatchObject({ state: 'restored', keptAt: null })
  await bench.configure({ dataFolder: elsewhere, keyFile: path.join(bench.dataFolder, 'key') })
  await bench.start()
  await bench.recorded()
  const counts = await people.counts(bench)
  expect(counts.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 1))
  expect(counts.slice(60)).toEqual(Array.from({ length: 30 }, () => 0))
  expect(Math.max(...counts)).toBe(1)
  // What still comes (SNS's repeats, a queue, a dead-letter queue) makes it whole again.
  expect(await bench.postAll(bounces)).toEqual([200])
  await bench.recorded()
  expect(await people.counts(bench)).toEqual(people.rows.map(() => 1))
})

it('restore says what it would do, and leaves alone what is in use or holds something', async () => {
  await MailedPeople.make(bench, 'main', 2)
  // What takes long shows figures on the way, and what is over in a moment shows none.
  let now = 0
  const slow = { elapsed: () => (now += 2000) }
  const { err } = await bench.command(['backup', path.join(bench.folder, 'slow.gz')], slow)
  expect(err).toMatch(/: [\d,]+ of about [\d,]+ rows, /)
  expect(await bench.command(['backup', file])).toMatchObject({ code: 0, err: '' })
  expect(await bench.command(['restore', file, '--dry-run'])).toMatchObject({ code: 0, err: '' })
  expect(await bench.ask(['restore', file, '--dry-run'])).toMatchObject({ state: 'whole', engine: 'SQLite' })
  const refused = async (...more: string[]): Promise<string> => (await bench.command(['restore', file, ...more])).err
  expect(await refused('--replace')).toContain('RESTORE_IN_USE')
  await bench.stop()
  expect(await refused()).toContain('RESTORE_NOT_EMPTY')
  expect(await bench.ask(['restore', file, '--replace'])).toMatchObject({
    into: bench.dataFolder,
    keptAt: path.join(bench.dataFolder, 'civicrm-ses.db.before-restore'),
  })
  expect(existsSync(path.join(bench.dataFolder, 'civicrm-ses.db.restoring'))).toBe(false)
  const text = await bench.command(['restore', file, '--into', path.join(bench.folder, 'third')])
  expect(text.out).toContain('The key of the secrets is not in a backup')
  await bench.start()
  expect(await bench.ask(['sites', 'list'])).toMatchObject([{ id: 'main' }])
})

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { SqliteDatabase } from '../src/database/sqlite/database.ts'
import { migrate } from '../src/database/sqlite/migrate.ts'
import { migrations } from '../src/database/sqlite/migrations/index.ts'
import type { Inbox } from '../src/inbox/inbox.ts'
import { sqliteInbox } from '../src/inbox/sqlite/inbox.ts'
import { notification } from '../src/testing/notifications.ts'

/**
 * How fast the inbox takes notifications, as ratios of runs in the same minute on the same disk:
 * figures of one run alone say more about the machine than about the code.
 *
 *   node bench/inbox.ts [--rounds 5] [--seconds 2] [--folder DIR]
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
  },
})
const roundMs = Number(values.seconds) * 1000

/** SNS's envelope around a SES bounce with headers is about that long. */
const raw = new Uint8Array(3000).fill(0x61)

interface Figure {
  readonly perSecond: number
  /** Milliseconds from asking to stored. */
  readonly p50: number
  readonly p99: number
}

function figureOf(waits: readonly number[], tookMs: number): Figure {
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  return { perSecond: (waits.length / tookMs) * 1000, p50: at(0.5), p99: at(0.99) }
}

async function withInbox<Result>(use: (inbox: Inbox) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(path.join(values.folder, 'civicrm-ses-bench-'))
  const database = new SqliteDatabase(path.join(folder, 'bench.db'))
  try {
    const { error } = migrate(database.connection, migrations)
    if (error !== null) throw error
    return await use(sqliteInbox(database))
  } finally {
    await database.close()
    rmSync(folder, { recursive: true })
  }
}

async function acceptOne(inbox: Inbox): Promise<number> {
  const begin = performance.now()
  await inbox.accept(notification(0, { messageId: randomUUID(), raw }))
  return performance.now() - begin
}

/** So many accepts at once, each followed by the next. One at once is a commit and a disk sync each. */
async function closedLoop(atOnce: number): Promise<Figure> {
  return withInbox(async (inbox) => {
    const waits: number[] = []
    const begin = performance.now()
    const chain = async (): Promise<void> => {
      while (performance.now() - begin < roundMs) waits.push(await acceptOne(inbox))
    }
    await Promise.all(Array.from({ length: atOnce }, chain))
    return figureOf(waits, performance.now() - begin)
  })
}

/** As they come from outside: so many a second, whether or not the earlier ones are stored. */
async function openLoop(perSecond: number): Promise<Figure> {
  return withInbox(async (inbox) => {
    const all: Promise<number>[] = []
    const begin = performance.now()
    while (performance.now() - begin < roundMs) {
      const due = ((performance.now() - begin) / 1000) * perSecond
      while (all.length < due) all.push(acceptOne(inbox))
      await new Promise((resolve) => {
        setTimeout(resolve, 1)
      })
    }
    return figureOf(await Promise.all(all), performance.now() - begin)
  })
}

/** Accepted, claimed and recorded, as the recorder does it in batches of a hundred. */
async function wholeWay(): Promise<Figure> {
  return withInbox(async (inbox) => {
    const waits: number[] = []
    const begin = performance.now()
    while (performance.now() - begin < roundMs) {
      await Promise.all(Array.from({ length: 100 }, async () => waits.push(await acceptOne(inbox))))
      const now = Date.now()
      const claimed = await inbox.claim({ owner: 'bench', site: 'alpha', limit: 100, now, leaseUntil: now + 60_000 })
      await inbox.settle(
        'bench',
        claimed.map(({ id }) => ({ id, end: 'recorded', at: now })),
      )
    }
    return figureOf(waits, performance.now() - begin)
  })
}

/** The limit: SQLite alone, the same bytes and the same unique id in one table, fifty to a synced commit. */
async function bare(): Promise<Figure> {
  const folder = mkdtempSync(path.join(values.folder, 'civicrm-ses-bench-'))
  const connection = new DatabaseSync(path.join(folder, 'bare.db'))
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  connection.exec('CREATE TABLE message (id INTEGER PRIMARY KEY, message_id TEXT UNIQUE, raw BLOB)')
  const insert = connection.prepare('INSERT INTO message (message_id, raw) VALUES (?, ?)')
  const waits: number[] = []
  const begin = performance.now()
  while (performance.now() - begin < roundMs) {
    const asked = performance.now()
    connection.exec('BEGIN')
    for (let row = 0; row < 50; row += 1) insert.run(randomUUID(), raw)
    connection.exec('COMMIT')
    waits.push(...Array.from({ length: 50 }, () => performance.now() - asked))
  }
  const figure = figureOf(waits, performance.now() - begin)
  connection.close()
  rmSync(folder, { recursive: true })
  return figure
}

const runs = {
  'one commit each': async () => closedLoop(1),
  'group commit, 50 at once': async () => closedLoop(50),
  'accepted, claimed, recorded': wholeWay,
  'limit: bare SQLite, groups of 50': bare,
  'open loop, 500 a second': async () => openLoop(500),
}

const figures = new Map<string, Figure[]>()
for (let round = 0; round < Number(values.rounds); round += 1)
  // Alternating: what else the machine does meanwhile meets all of them.
  for (const [name, run] of Object.entries(runs)) figures.set(name, [...(figures.get(name) ?? []), await run()])

function median(name: string, part: keyof Figure): number {
  const sorted = (figures.get(name) ?? []).map((figure) => figure[part]).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)
print(`medians of ${values.rounds} rounds of ${values.seconds} s${' '.repeat(12)}a second   p50 ms   p99 ms`)
for (const name of figures.keys())
  print(
    name.padEnd(42) +
      median(name, 'perSecond').toFixed(0).padStart(7) +
      median(name, 'p50').toFixed(2).padStart(9) +
      median(name, 'p99').toFixed(2).padStart(9),
  )
const grouped = median('group commit, 50 at once', 'perSecond')
print(`group commit / one commit each: ${(grouped / median('one commit each', 'perSecond')).toFixed(1)}`)
print(`group commit / bare SQLite: ${(grouped / median('limit: bare SQLite, groups of 50', 'perSecond')).toFixed(2)}`)

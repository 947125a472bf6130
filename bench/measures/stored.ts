import { mkdtemp, rm, stat, statfs } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { openStore } from '../../src/compose/openStore.ts'
import type { Store } from '../../src/compose/store.ts'
import { fileNames } from '../../src/database/sqlite/folder.ts'
import { findPostgres, PostgresServer } from '../../src/testing/postgresServer.ts'
import { fill } from '../../tools/fill/fill.ts'
import { alternate, median, medianRatio } from '../harness/alternate.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { storeEvents } from '../world/storeEvents.ts'

/** Raw messages that a store keeps; the older ones have gone by their age. */
const rawKept = 500_000

const gigabyte = 1e9

/**
 * What a store costs, and how fast it stays, however much is in it: bytes per event, events stored a second by the
 * inbox and the ledger, and searches, on stores of several sizes in turn.
 */
export const storedEvents: Measure = {
  name: 'stored',
  about: 'stores of ten thousand and a million events (with --large ten million)',
  missing: async () => null,
  run: measure,
}

/** A store of some size, and how large it is on the disk. */
interface Sized {
  readonly name: string
  readonly events: number
  readonly store: Store
  readonly bytes: number
}

async function measure(options: MeasureOptions): Promise<readonly Figure[]> {
  const { quick, large } = options
  const sizes = quick ? [2000, 20_000] : [10_000, 1_000_000, ...(large ? [10_000_000] : [])]
  const figures = [...(await onSqlite(sizes, options))]
  if (findPostgres() === null) options.say('no PostgreSQL on this machine: its part is left out')
  else figures.push(...(await onPostgres(sizes.slice(0, 2), options)))
  return figures
}

async function onSqlite(sizes: readonly number[], options: MeasureOptions): Promise<readonly Figure[]> {
  await using stack = new AsyncDisposableStack()
  const place = await placeFor(stack, options)
  const stores: Sized[] = []
  for (const events of sizes) {
    const folder = path.join(place, `sqlite-${events}`)
    const file = path.join(folder, fileNames.database)
    // A store that an earlier run left takes long to make again.
    if (!existsSync(file)) await fillTo(events, { folder, databaseUrl: null }, options)
    const { size } = await stat(file)
    const store = await openStore({ folder, keyFile: null, clock: systemClock, access: 'own' })
    stack.defer(async () => store.close())
    stores.push({ name: named(events), events, store, bytes: size })
  }
  return await compare('SQLite', stores, options)
}

async function onPostgres(sizes: readonly number[], options: MeasureOptions): Promise<readonly Figure[]> {
  await using stack = new AsyncDisposableStack()
  const place = await placeFor(stack, { ...options, keep: null })
  const server = await PostgresServer.create({ durable: true })
  stack.defer(async () => server.remove())
  const stores: Sized[] = []
  for (const events of sizes) {
    const name = `events_${events}`
    await server.createDatabase(name)
    const databaseUrl = server.url(name)
    const folder = path.join(place, name)
    await fillTo(events, { folder, databaseUrl }, options)
    const [row] = await server.admin(`SELECT pg_database_size('${name}')::text AS bytes`)
    const bytes = Number(Object.values(row ?? {})[0])
    const store = await openStore({ folder, databaseUrl, keyFile: null, clock: systemClock, access: 'own' })
    stack.defer(async () => store.close())
    stores.push({ name: named(events), events, store, bytes })
  }
  return await compare('PostgreSQL', stores, options)
}

async function placeFor(stack: AsyncDisposableStack, { keep }: MeasureOptions): Promise<string> {
  if (keep !== null) return keep
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  stack.defer(async () => rm(folder, { recursive: true, force: true }))
  return folder
}

async function fillTo(
  events: number,
  to: { readonly folder: string; readonly databaseUrl: string | null },
  { say }: MeasureOptions,
): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir())
  if (bavail * bsize < events * 5000) throw new Error(`there is no room for ${events} events in ${tmpdir()}`)
  say(`filling a store with ${named(events)} events`)
  await fill(
    {
      ...to,
      events,
      waiting: 0,
      raw: rawKept,
      contacts: false,
      siteId: 'main',
      until: Date.now(),
      days: 365,
      seed: '1',
    },
    (done, of) => {
      if (done % 100_000 === 0) say(`${done} of ${of}`)
    },
  )
}

async function compare(
  engine: string,
  stores: readonly Sized[],
  { quick, say }: MeasureOptions,
): Promise<readonly Figure[]> {
  const perRound = quick ? 400 : 2000
  const rounds = quick ? 2 : 7
  const rates: Record<string, () => Promise<number>> = {}
  const searches: Record<string, () => Promise<number>> = {}
  for (const { name, store } of stores) {
    rates[name] = async () => {
      const perSecond = await storeEvents(store, perRound)
      say(`${engine}, ${name} events: ${perSecond.toFixed(0)} more a second`)
      return perSecond
    }
    searches[name] = async () => searchMs(store)
  }
  const stored = await alternate(rates, rounds)
  const searched = await alternate(searches, rounds)
  const [smallest, ...larger] = stores
  if (smallest === undefined) return []
  const figures = stores.map(({ name, events, bytes }): Figure => ({
    what: `bytes per event, ${engine}, ${name} events`,
    value: bytes / events,
    unit: 'bytes',
    demand: events >= 10_000_000 ? { below: (15 * gigabyte) / events } : null,
    from: `${(bytes / gigabyte).toFixed(2)} GB, messages of the newest ${Math.min(events, rawKept)}`,
  }))
  for (const { name } of larger) {
    figures.push({
      what: `storing more events, ${engine}, with ${name} against ${smallest.name}`,
      value: medianRatio(stored(name), stored(smallest.name)),
      unit: 'ratio',
      demand: { atLeast: 0.5 },
      from: `${median(stored(name)).toFixed(0)} against ${median(stored(smallest.name)).toFixed(0)} a second`,
    })
    figures.push({
      what: `time of searches, ${engine}, with ${name} against ${smallest.name}`,
      value: medianRatio(searched(name), searched(smallest.name)),
      unit: 'ratio',
      demand: { below: 2 },
      from: `${median(searched(name)).toFixed(2)} against ${median(searched(smallest.name)).toFixed(2)} ms each`,
    })
  }
  return figures
}

/** Milliseconds of a search, over all that the page and the commands ask for: the newest 50 of each. */
async function searchMs({ ledger }: Store): Promise<number> {
  const [known] = await ledger.search({ limit: 1, kind: 'bounce' })
  const recipient = known?.key.recipient ?? ''
  const asked = [
    {},
    { site: 'main' },
    { kind: 'bounce' },
    { site: 'main', kind: 'complaint' },
    { standing: 'person' },
    { effectState: 'uncertain' as const },
    { effectState: 'done' as const },
    { recipient },
    { recipient: 'reader-7@provider-7.example' },
  ]
  const begun = performance.now()
  for (let turn = 0; turn < 5; turn += 1) for (const filter of asked) await ledger.search({ limit: 50, ...filter })
  return (performance.now() - begun) / (5 * asked.length)
}

function named(events: number): string {
  return events.toLocaleString('en').replaceAll(',', ' ')
}
